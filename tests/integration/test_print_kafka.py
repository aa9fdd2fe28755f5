"""`weir print --from-kafka`: what is on a topic, as it is or in groups."""

import json
import signal
import subprocess

import cbor2

from servers.process import BUILD, PATIENCE, wait_until

RECORDS = [
    {"as_src": n % 7, "as_dst": 64500, "bytes": 100 + n, "packets": 1 + n % 3} for n in range(600)
]


def words(kafka, topic, *more):
    return [BUILD / "weir", "print", "--from-kafka", "--brokers", kafka.brokers, "--topic", topic,
            *map(str, more)]  # fmt: skip


def run(kafka, topic, *more, status=0):
    done = subprocess.run(words(kafka, topic, *more), capture_output=True, text=True,
                          timeout=60 * PATIENCE)  # fmt: skip
    assert done.returncode == status, done.stderr
    return done


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def test_topics_are_read_from_their_beginning_to_their_end(kafka, topic):
    name = topic(partitions=3)
    for partition in range(3):
        values = map(json.dumps, RECORDS[partition::3])
        kafka.produce(name, values, partition=partition)
    done = run(kafka, name, "--fields", "src_as,packets,bytes")
    printed = rows(done.stdout)
    assert sorted(row["bytes"] for row in printed) == [record["bytes"] for record in RECORDS]
    assert "600 messages read" in done.stderr
    by = ("--by", "src_as", "--fields", "src_as,bytes,flows", "--threads", 2)
    grouped = rows(run(kafka, name, *by).stdout)
    assert {row["src_as"]: (row["bytes"], row["flows"]) for row in grouped} == {
        number: (sum(record["bytes"] for record in mine), len(mine))
        for number in range(7)
        for mine in [[record for record in RECORDS if record["as_src"] == number]]
    }
    few = run(kafka, name, "--partitions", 1, "--fields", "bytes", "--count", 5)
    assert [row["bytes"] for row in rows(few.stdout)] == [r["bytes"] for r in RECORDS[1:16:3]]
    top = run(kafka, name, "--top", 2, "--fields", "bytes,flows")
    assert [row["bytes"] for row in rows(top.stdout)][:2] == [699, 698]


def test_each_message_may_be_in_a_form_of_its_own(kafka, topic):
    name = topic()
    row = {"first_seen": "2026-11-21 23:05:02.113", "dst_as": "64501", "duration": "1.000",
           "packets": "4", "bytes": "400", "pps": "4", "bps": "3200", "flows": "2"}  # fmt: skip
    typed = {"dst_as": 64502, "bytes": 500, "packets": 5, "flows": 3}
    kafka.produce(name, ['{"as_dst": 64500, "bytes": 300}', cbor2.dumps(row), cbor2.dumps(typed)])
    printed = rows(run(kafka, name, "--fields", "dst_as,bytes,flows").stdout)
    assert printed == [
        {"dst_as": 64500, "bytes": 300},
        {"dst_as": 64501, "bytes": 400, "flows": 2},
        {"dst_as": 64502, "bytes": 500, "flows": 3},
    ]


def test_records_of_a_transaction_that_was_aborted_are_none(kafka, topic):
    name = topic()
    kafka.produce(name, ['{"bytes": 1}'])
    kafka.produce(name, ['{"bytes": 2}'], transaction=f"{name}-gone", commit=False)
    kafka.produce(name, ['{"bytes": 4}'], transaction=f"{name}-kept")
    assert rows(run(kafka, name, "--fields", "bytes").stdout) == [{"bytes": 1}, {"bytes": 4}]


def test_what_is_no_record_is_told_and_is_a_failure(kafka, topic):
    name = topic()
    kafka.produce(name, ['{"bytes": 1}', "rubbish", '{"bytes": 2}'])
    done = run(kafka, name, "--fields", "bytes", "--input-format", "json", status=1)
    assert [row["bytes"] for row in rows(done.stdout)] == [1, 2]
    assert f"topic {name}: records are refused: 1 not_json" in done.stderr


def test_followed_it_shows_records_as_they_come_and_ends_with_a_signal(kafka, topic, tmp_path):
    name = topic()
    kafka.produce(name, ['{"bytes": 1}'])
    out = tmp_path / "out"
    flags = ("--follow", "--start", "earliest", "--fields", "bytes")
    with open(out, "wb") as file:
        follower = subprocess.Popen(words(kafka, name, *flags), stdout=file, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: out.read_text().splitlines() == ['{"bytes":1}'])
        kafka.produce(name, ['{"bytes": 2}'])
        wait_until(lambda: len(out.read_text().splitlines()) == 2)
        follower.send_signal(signal.SIGINT)
        assert follower.wait(20 * PATIENCE) == 0
        assert b"2 messages read" in follower.stderr.read()
    finally:
        follower.kill()
        follower.wait()


def test_groups_of_what_was_followed_are_printed_at_the_end(kafka, topic):
    name = topic()
    kafka.produce(name, ['{"bytes": 1}', '{"bytes": 2}'])
    follower = subprocess.Popen(
        words(kafka, name, "--follow", "--start", "earliest", "--by", "", "--fields", "bytes", "--count", 3),
        stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        kafka.produce(name, ['{"bytes": 4}', '{"bytes": 8}'])
        printed, _ = follower.communicate(timeout=60 * PATIENCE)
        assert (follower.returncode, rows(printed)) == (0, [{"bytes": 7}])
    finally:
        follower.kill()
        follower.wait()


def test_a_topic_that_does_not_exist_is_a_failure(kafka, topic):
    done = run(kafka, "no-such-topic", status=1)
    assert "no-such-topic" in done.stderr and done.stdout == ""
