"""--dead-letter-topic: every refused record arrives there with its bytes, its place and the reason, at
least once whatever happens; and what of it the web page shows."""

import base64
import json
import random
import time
from collections import Counter

import pytest

from servers.kafka import Kafka, Listener
from servers.weir import run
from support.letters import expected_letters, read_letters
from support.messages import OWN, broken, dumps, numbered, odd_messages, pmacct
from support.producer import Producer
from support.truth import Truth, by_label


NOBODY = ("--as-names", "none", "--web.listen-address", "127.0.0.1:0")
PASSWORD = "a-password"
LOGIN = Listener(
    "SASL_PLAINTEXT",
    {
        "sasl.enabled.mechanisms": "PLAIN",
        "plain.sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required"
        f' user_weir="{PASSWORD}";',
    },
)
RIGHTS = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """A broker of this module, which its tests stop and kill; those who log in have no rights."""
    folder = tmp_path_factory.mktemp("broker")
    with Kafka(folder, RIGHTS, listeners={"LOGIN": LOGIN}) as broker:
        yield broker


def arguments(kafka, topic, letters, *more):
    return ["--brokers", kafka.brokers, "--topic", topic, "--asn", ",".join(map(str, OWN)),
            "--format", "json", "--start", "earliest", "--dead-letter-topic", letters, *more]  # fmt: skip


def send(kafka, messages, topic, truth, partition=0):
    kafka.produce(topic, [message.value for message in messages], partition)
    for message in messages:
        truth.add(message, topic, partition)


def finish(weir, truth):
    expected = sum(truth.messages.values())
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") >= expected, timeout=60)
    truth.check(metrics)
    return metrics


def refused(weir):
    status, headers, body = weir.get("/api/v1/refused")
    assert status == 200 and headers["Content-Type"] == "application/json"
    return json.loads(body)


def garbage(count, first=0):
    """Messages that are refused, no two the same."""
    return [broken(b"garbage %d" % n, "not_json") for n in range(first, first + count)]


def test_every_refused_record_arrives_with_its_bytes_its_place_and_the_reason(kafka, topic, export):
    source, letters = topic(2), topic()
    messages = [odd_messages(seed, 200) for seed in range(2)]
    truth = Truth(OWN)
    weir = export(*arguments(kafka, source, letters)).wait_ready()
    expected = []
    for partition, sent in enumerate(messages):
        send(kafka, sent, source, truth, partition)
        expected += expected_letters(sent, source, partition)
    metrics = finish(weir, truth)
    found = read_letters(kafka, letters)
    assert len(expected) == sum(truth.refused.values()) > 100
    assert sorted(found, key=lambda letter: letter.place) == expected
    names = ("weir-index", "weir-offset", "weir-partition", "weir-reason", "weir-topic")
    assert {letter.headers for letter in found} == {names}
    sent = by_label(metrics, "weir_dead_letters_total", "reason")
    assert {reason: count for reason, count in sent.items() if count} == dict(truth.refused)
    assert metrics.value("weir_dead_letters_pending") == 0
    assert metrics.value("weir_dead_letter_failures_total") == 0

    answer = refused(weir)
    counts = {reason: each["count"] for reason, each in answer["reasons"].items()}
    assert counts == dict(truth.refused)
    by_place = {letter.place: letter for letter in expected}
    for reason, each in answer["reasons"].items():
        assert 1 <= len(each["last"]) == min(each["count"], 10)
        assert sorted((last["time"] for last in each["last"]), reverse=True) == [
            last["time"] for last in each["last"]
        ]
        for last in each["last"]:
            letter = by_place[last["topic"], last["partition"], last["offset"], last["index"]]
            value = base64.b64decode(last["base64"]) if "base64" in last else last["text"].encode()
            assert (letter.reason, len(letter.value)) == (reason, last["size"])
            assert letter.value.startswith(value) and len(value) >= min(1021, last["size"])
    assert answer["dead_letters"]["sent"] == len(expected)
    page = weir.get("/")[2].decode()
    assert f"sent to {letters}<" in page and "/api/v1/refused" in page


def test_without_a_topic_for_them_the_last_refused_records_can_still_be_looked_at(kafka, topic, export):
    source = topic()
    weir = export("--brokers", kafka.brokers, "--topic", source, "--start", "earliest")
    assert refused(weir.wait_ready()) == {"reasons": {}}
    kafka.produce(source, [b"hello"], 0)
    weir.wait_metrics(lambda m: m.value("weir_records_refused_total") == 1)
    answer = refused(weir)
    assert list(answer) == ["reasons"]
    (reason,) = answer["reasons"].values()
    assert reason["last"][0]["text"] == "hello" and reason["last"][0]["topic"] == source
    assert not weir.metrics().series("weir_dead_letters_total")


def test_killed_again_and_again_no_refused_record_is_missed(kafka, topic, export):
    source, letters = topic(), topic()
    rng = random.Random(8)
    truth = Truth(OWN)
    # Letters leave late, so that a commit that did not wait for them would lose some.
    weir = export(*arguments(kafka, source, letters, "-X", "linger.ms=500"))
    expected = []
    sent = 0
    with Producer(kafka, source) as producer:
        for _ in range(12):
            for _ in range(rng.randrange(2, 6)):
                messages = numbered(100, first=sent) + garbage(100, sent)
                rng.shuffle(messages)
                expected += expected_letters(messages, source, offset=2 * sent)
                producer.send(messages, truth)
                sent += 100
                time.sleep(rng.random() / 5)
            weir.kill()
            weir.start()
        producer.finish()
    weir.wait_ready()
    finish(weir, truth)
    found = Counter(read_letters(kafka, letters))
    assert set(found) == set(expected)
    # What was sent since the last commit comes again, and nothing else.
    assert max(found.values()) <= 13


def test_until_the_topic_is_there_nothing_is_shown_and_reading_pauses(kafka, topic, export):
    source, letters = topic(), "letters-that-come-later"
    truth = Truth(OWN)
    weir = export(*arguments(kafka, source, letters)).wait_ready()
    flows = numbered(50)
    send(kafka, flows, source, truth)
    finish(weir, truth)
    large = [broken(b"%d:" % n + 900_000 * b"x", "not_json") for n in range(30)]
    messages = [*garbage(10), *large, *numbered(50, first=50)]
    send(kafka, messages, source, truth)

    def told():
        status, _, why = weir.get("/-/ready")
        return status == 503 and letters.encode() in why and b"--dead-letter-topic" in why

    weir.wait_for(told, what="saying why it is not ready")
    metrics = weir.wait_metrics(lambda m: m.value("weir_reading_paused") == 1)
    assert metrics.value("weir_records_counted_total") == len(flows)
    assert metrics.value("weir_messages_total") == len(flows)
    assert metrics.value("weir_dead_letter_failures_total") > 0
    assert 0 < metrics.value("weir_dead_letters_pending") < len(large) + 10
    assert metrics.value("process_resident_memory_bytes") < 300e6
    assert refused(weir)["dead_letters"]["trouble"]
    kafka.create_topic(letters)
    weir.wait_ready()
    metrics = finish(weir, truth)
    assert metrics.value("weir_reading_paused") == 0
    assert set(read_letters(kafka, letters)) == set(
        expected_letters(messages, source, offset=len(flows))
    )
    assert weir.stop() == 0


def test_a_topic_that_is_deleted_is_told_and_its_successor_gets_the_rest(kafka, topic, export):
    source, letters = topic(), topic()
    truth = Truth(OWN)
    weir = export(*arguments(kafka, source, letters)).wait_ready()
    first = [*garbage(20), *numbered(10)]
    send(kafka, first, source, truth)
    finish(weir, truth)
    kafka.delete_topic(letters)
    second = [*garbage(20, first=20), *numbered(10, first=10)]
    send(kafka, second, source, truth)
    weir.wait_for_url(weir.url + "/-/ready", status=503)
    assert weir.metrics().value("weir_records_counted_total") == 10
    kafka.create_topic(letters)
    weir.wait_ready()
    finish(weir, truth)
    assert set(read_letters(kafka, letters)) == set(
        expected_letters(second, source, offset=len(first))
    )
    # And one that is made again at once, so that nobody has seen that it was away.
    kafka.recreate_topic(letters)
    third = [*garbage(20, first=40), *numbered(10, first=20)]
    send(kafka, third, source, truth)
    finish(weir, truth)
    after = len(first) + len(second)
    assert set(read_letters(kafka, letters)) == set(expected_letters(third, source, offset=after))


def test_a_stop_while_the_topic_is_missing_is_quick_and_the_next_start_makes_up_for_it(
    kafka, topic, export
):
    source, letters = topic(), "letters-after-a-stop"
    truth = Truth(OWN)
    weir = export(*arguments(kafka, source, letters)).wait_ready()
    large = [broken(b"%d:" % n + 900_000 * b"x", "not_json") for n in range(30)]
    send(kafka, large, source, truth)
    weir.wait_for_url(weir.url + "/-/ready", status=503)
    weir.wait_for_text("reading pauses")
    assert weir.stop(timeout=6) == 0
    kafka.create_topic(letters)
    weir.start()
    finish(weir, truth)
    assert set(read_letters(kafka, letters)) == set(expected_letters(large, source))


def test_a_broker_that_dies_in_between_costs_no_letter(broker, export):
    source, letters = "dies", "dies.refused"
    broker.create_topic(source)
    broker.create_topic(letters)
    truth = Truth(OWN)
    expected = []
    weir = export(*arguments(broker, source, letters)).wait_ready()
    with Producer(broker, source) as producer:
        sent = 0

        def send_more(rounds):
            nonlocal sent
            for _ in range(rounds):
                messages = numbered(50, first=sent) + garbage(50, sent)
                expected.extend(expected_letters(messages, source, offset=2 * sent))
                producer.send(messages, truth)
                sent += 50

        send_more(5)
        weir.wait_metrics(lambda m: m.value("weir_dead_letters_total") > 0)
        send_more(20)
        broker.kill()
        send_more(20)
        broker.start()
        weir.wait_ready(timeout=60)
        producer.finish()
    finish(weir, truth)
    assert set(read_letters(broker, letters)) == set(expected)


def test_a_missing_right_is_told_beforehand_and_waited_for(broker, export, tmp_path):
    source, letters = "rights", "rights.refused"
    for name, right in ((source, "READ"), (letters, "DESCRIBE")):
        broker.create_topic(name)
        broker.allow("User:weir", right, name)
    words = arguments(broker, source, letters)
    words[1] = broker.addresses["LOGIN"]
    for key, value in (
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "PLAIN"),
        ("sasl.username", "weir"),
        ("sasl.password", PASSWORD),
    ):
        words += ["-X", f"{key}={value}"]
    done = run("check", "--live", "export", *words, *NOBODY, folder=tmp_path)
    assert done.exit_status == 1 and f"{letters}: this user may not write to it" in done.out
    assert f"WRITE and DESCRIBE on the topic {letters}" in done.out
    truth = Truth(OWN)
    messages = garbage(10)
    weir = export(*words).wait_ready()
    send(broker, messages, source, truth)
    advice = f"give this user WRITE on the topic {letters}".encode()
    weir.wait_for(lambda: advice in weir.get("/-/ready")[2], what="saying what is missing")
    broker.allow("User:weir", "WRITE", letters)
    weir.wait_ready()
    finish(weir, truth)
    assert set(read_letters(broker, letters)) == set(expected_letters(messages, source))
    done = run("check", "--live", "export", *words, *NOBODY, folder=tmp_path)
    assert f"dead-letter topic {letters}, 1 partition, may be written to" in done.out


def test_what_is_too_long_for_the_topic_is_cut_and_says_so(kafka, topic, export):
    source, letters = topic(), topic(config={"max.message.bytes": "20000"})
    truth = Truth(OWN)
    short = [b"short %d" % n for n in range(3)]
    longest = [b"long %d" % n + 50_000 * b"x" for n in range(2)]
    messages = [broken(each, "not_json") for each in (*short, *longest)]
    weir = export(*arguments(kafka, source, letters)).wait_ready()
    send(kafka, messages, source, truth)
    metrics = finish(weir, truth)
    found = set(read_letters(kafka, letters))
    assert {letter.value for letter in found if letter.size is None} == set(short)
    cut = [letter for letter in found if letter.size is not None]
    assert {letter.offset for letter in cut} == {3, 4}
    for letter in cut:
        whole = longest[letter.offset - 3]
        assert letter.size == len(whole) and whole.startswith(letter.value)
        assert len(letter.value) > 5000
    assert metrics.value("weir_dead_letters_total") == 5
    assert metrics.value("weir_dead_letters_cut_total") == 2


def test_a_message_of_very_many_refused_records_takes_little_memory(kafka, topic, export):
    source, letters = topic(), topic()
    record = dumps(pmacct(64500, 15169, 52))
    array = b"[" + b",".join(100_000 * [b"7"]) + b"]"
    weir = export(*arguments(kafka, source, letters)).wait_ready()
    kafka.produce(source, [array, record], 0)
    metrics = weir.wait_metrics(lambda m: m.value("weir_messages_total") == 2, timeout=60)
    assert metrics.value("weir_records_counted_total") == 1
    assert by_label(metrics, "weir_dead_letters_total", "reason")["not_object"] == 100_000
    assert metrics.value("process_resident_memory_bytes") < 300e6
    places = {letter.index for letter in read_letters(kafka, letters)}
    assert places == set(range(100_000))


def test_the_topic_that_is_read_cannot_take_what_is_refused(tmp_path):
    done = run(
        "export", "--brokers", "127.0.0.1:1", "--topic", "a,b", "--dead-letter-topic", "b", folder=tmp_path
    )  # fmt: skip
    assert done.exit_status == 2 and "--dead-letter-topic" in done.err


def test_check_tells_whether_the_topic_is_there(kafka, topic, tmp_path):
    source, letters = topic(), topic()
    kafka.produce(source, [numbered(1)[0].value], 0)

    def check(name):
        words = arguments(kafka, source, name, *NOBODY)
        done = run("check", "--live", "export", *words, folder=tmp_path)
        return done.exit_status, done.out

    status, text = check(letters)
    assert status == 0 and f"dead-letter topic {letters}, 1 partition, may be written to" in text
    status, text = check(letters + "x")
    assert status == 1 and f"dead-letter topic {letters}x does not exist" in text
