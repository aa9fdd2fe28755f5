"""From Kafka to /metrics: every record is counted, filtered or refused as it must be."""

from servers.process import wait_until
from support.messages import OWN, Message, broken, dumps, numbered, odd_messages, pmacct, sound
from support.truth import RECEIVE, TRANSMIT, Truth, by_label, check_sums, key


def start(export, kafka, topics, *more, own=OWN):
    return export(
        "--brokers", kafka.brokers, "--topic", topics, "--asn", ",".join(map(str, own)), *more
    )  # fmt: skip


def send(kafka, truth, topic, messages, partition=0, **settings):
    kafka.produce(topic, [message.value for message in messages], partition, **settings)
    for message in messages:
        truth.add(message, topic, partition)


def finish(weir, truth, what="all records"):
    """Waits until all messages are read, then checks everything that is shown of them."""
    expected = sum(truth.messages.values())
    metrics = weir.wait_metrics(
        lambda m: m.value("weir_messages_total") >= expected and m.value("weir_consumer_lag") == 0,
        timeout=60, what=what,
    )  # fmt: skip
    truth.check(metrics)
    return metrics


def test_odd_messages_over_three_partitions_add_up_to_the_truth(kafka, topic, export):
    name = topic(partitions=3)
    truth = Truth(OWN)
    parts = [odd_messages(seed, 1500) for seed in range(3)]
    for partition, messages in enumerate(parts):
        send(kafka, truth, name, messages[:1000], partition)
    weir = start(export, kafka, name, "--start", "earliest", "--format", "json")
    weir.wait_ready()
    for partition, messages in enumerate(parts):
        send(kafka, truth, name, messages[1000:], partition)
    metrics = finish(weir, truth)

    # The messages were as odd as they were meant to be.
    assert set(truth.refused) == {
        "empty", "truncated", "not_json", "not_object", "wrong_type", "out_of_range"
    }  # fmt: skip
    assert set(truth.filtered) == {"marker", "event", "no_metric"}
    assert min(*truth.refused.values(), *truth.filtered.values()) >= 9
    assert min(len(series) for series in truth.series.values()) > 100

    offsets = by_label(metrics, "weir_consumer_offset", "partition")
    assert offsets == {str(n): len(parts[n]) for n in range(3)}
    lag = by_label(metrics, "weir_consumer_lag", "topic", "partition")
    assert lag == {(name, str(n)): 0 for n in range(3)}
    lost = by_label(metrics, "weir_records_lost_total", "topic", "partition")
    assert lost == {(name, str(n)): 0 for n in range(3)}


def test_a_record_that_would_wrap_a_counter_is_refused_and_later_ones_count(kafka, topic, export):
    name = topic()
    truth = Truth(OWN)
    weir = start(export, kafka, name)
    weir.wait_ready()
    amounts = [2**64 - 10, 11, 5, 2**63, 4, 1, 0, 2**64 - 1]
    send(kafka, truth, name, [sound(dumps(pmacct(1, OWN[0], octets))) for octets in amounts])
    send(kafka, truth, name, [sound(dumps(pmacct(OWN[0], 1, 7)))])
    metrics = finish(weir, truth)
    assert truth.refused == {"overflow": 4}
    assert metrics[RECEIVE] == {key(1, OWN[0], "bdr1"): 2**64 - 1}
    assert metrics.value("weir_metric_value_total", metric=RECEIVE) == 2**64 - 1


def test_a_filter_leaves_out_what_does_not_match(kafka, topic, export):
    name = topic()
    weir = start(export, kafka, name, "--where", "proto == tcp and src_port == 443")
    weir.wait_ready()
    records = [pmacct(1, OWN[0], 100), pmacct(1, OWN[0], 30), pmacct(1, OWN[0], 7)]
    records[1]["port_src"] = "80"
    records[2]["ip_proto"] = "17"
    kafka.produce(name, map(dumps, records))
    metrics = weir.wait_metrics(lambda m: m.value("weir_records_total") == 3)
    assert metrics[RECEIVE] == {key(1, OWN[0], "bdr1"): 100}
    assert metrics.value("weir_records_filtered_total", reason="where") == 2
    check_sums(metrics)


def test_two_topics_and_those_partitions_that_are_listed(kafka, topic, export):
    names = [topic(partitions=3), topic(partitions=3)]
    truth = Truth(OWN)
    weir = start(export, kafka, ",".join(names), "--partitions", "0,2")
    weir.wait_ready()
    for at, name in enumerate(names):
        for partition in range(3):
            messages = numbered(20 + partition, first=at * 100 + partition * 30)
            if partition == 1:
                kafka.produce(name, [message.value for message in messages], partition)
            else:
                send(kafka, truth, name, messages, partition)
    metrics = finish(weir, truth)
    assert len(metrics[RECEIVE]) == 2 * (20 + 22)


def test_start_latest_begins_behind_what_is_there(kafka, topic, export):
    name = topic(partitions=2)
    kafka.produce(name, [m.value for m in numbered(50)], 0)
    weir = start(export, kafka, name)
    first = weir.wait_ready().metrics()
    assert first.value("weir_records_total") == 0
    assert by_label(first, "weir_consumer_offset", "partition") == {"0": 50, "1": 0}
    truth = Truth(OWN)
    truth.messages[name, "1"] = 0  # shown from the start
    send(kafka, truth, name, numbered(20, first=100), 0)
    finish(weir, truth)


def test_the_first_scrape_answered_fixes_where_counting_begins(kafka, topic, export):
    name = topic()
    kafka.produce(name, [m.value for m in numbered(10)], 0)
    weir = start(export, kafka, name)
    weir.wait_for(weir.metrics, what="the first scrape")
    truth = Truth(OWN)
    send(kafka, truth, name, numbered(10, first=50))
    finish(weir, truth)


def test_start_at_a_time_begins_with_the_first_record_not_before_it(kafka, topic, export):
    name = topic(partitions=2)
    truth = Truth(OWN)
    for partition in range(2):
        messages = numbered(10, first=100 * partition)
        # 2026-01-02T03:04:05Z and each second after
        stamps = [(1_767_323_045 + second) * 1000 for second in range(len(messages))]
        kafka.produce(name, [message.value for message in messages], partition, timestamp=stamps)
        for message in messages[4:]:
            truth.add(message, name, partition)
    weir = start(export, kafka, name, "--start", "2026-01-02T03:04:08.500Z")
    finish(weir, truth)


def test_a_partition_added_while_records_flow_loses_none(kafka, topic, export):
    name = topic()
    truth = Truth(OWN)
    weir = start(export, kafka, name, "--start", "latest")
    weir.wait_ready()
    send(kafka, truth, name, numbered(100), 0)
    kafka.add_partitions(name, 2)
    for batch in range(4):
        send(kafka, truth, name, numbered(50, first=1000 + 50 * batch), 0)
        send(kafka, truth, name, numbered(50, first=2000 + 50 * batch), 1)
    finish(weir, truth)
    send(kafka, truth, name, numbered(10, first=3000), 1)
    finish(weir, truth)


def test_a_topic_that_does_not_exist_yet_is_read_from_its_beginning(kafka, export, request):
    name = request.node.name
    weir = start(export, kafka, name)
    weir.wait_for_text("does not exist")

    def told():
        status, _, why = weir.get("/-/ready")
        return status == 503 and b"does not exist" in why

    weir.wait_for(told, what="saying why it is not ready")
    assert weir.get("/-/healthy")[0] == 200
    weir.wait_for(weir.metrics, what="to be sure of that")
    truth = Truth(OWN)
    kafka.create_topic(name, 2)
    send(kafka, truth, name, numbered(30), 0)
    send(kafka, truth, name, numbered(40, first=100), 1)
    weir.wait_ready()
    finish(weir, truth)


def test_a_topic_created_anew_is_read_from_its_beginning(kafka, export, request):
    name = kafka.create_topic(request.node.name)
    truth = Truth(OWN)
    weir = start(export, kafka, name)
    weir.wait_ready()
    send(kafka, truth, name, numbered(30))
    finish(weir, truth)
    kafka.delete_topic(name)
    weir.wait_for_url(weir.url + "/-/ready", status=503)

    def created():
        kafka.create_topic(name)
        return True

    wait_until(created, what="the name to be free again")
    send(kafka, truth, name, numbered(40, first=100))
    weir.wait_ready()
    finish(weir, truth)


def test_aborted_transactions_do_not_count_and_leave_no_lag(kafka, topic, export):
    name = topic(partitions=1)
    truth = Truth(OWN)
    weir = start(export, kafka, name)
    weir.wait_ready()
    send(kafka, truth, name, numbered(20), transaction=name)
    aborted = [message.value for message in numbered(60, first=500)]
    kafka.produce(name, aborted, 0, transaction=name, commit=False)
    send(kafka, truth, name, numbered(20, first=100), transaction=name)
    kafka.produce(name, aborted[:5], 0, transaction=name, commit=False)
    metrics = finish(weir, truth)
    assert metrics.value("weir_records_lost_total") == 0
    # 20 + 60 + 20 + 5 records and a marker behind each of the 4 transactions
    weir.wait_metrics(lambda m: m.value("weir_consumer_offset") == 109)


def test_records_that_retention_deletes_before_they_are_read_are_counted_as_lost(
    kafka, topic, export
):
    name = topic()
    truth = Truth(OWN)
    weir = start(export, kafka, name)
    weir.wait_ready()
    send(kafka, truth, name, numbered(10))
    finish(weir, truth)
    weir.pause()
    sent = numbered(60, first=100)
    # The answer that weir was waiting for when it was stopped holds no more than the first ten.
    kafka.produce(name, [message.value for message in sent[:10]], 0)
    kafka.produce(name, [message.value for message in sent[10:]], 0)
    kafka.delete_records(name, 0, 50)
    weir.cont()
    metrics = weir.wait_metrics(
        lambda m: m.value("weir_messages_total") + m.value("weir_records_lost_total") == 70
        and m.value("weir_consumer_lag") == 0
    )
    lost = metrics.value("weir_records_lost_total", topic=name, partition="0")
    assert 30 <= lost <= 40
    # The lost ones are one stretch, and it ends where the log begins now.
    for message in sent[: 40 - lost] + sent[40:]:
        truth.add(message, name, 0)
    truth.check(metrics)
    weir.wait_ready()


def test_messages_of_many_sizes_keep_their_records_apart(kafka, topic, export):
    """Up to the largest that a broker takes, next to tiny ones."""
    name = topic()
    truth = Truth(OWN)
    weir = start(export, kafka, name)
    weir.wait_ready()
    lines = [dumps(pmacct(n, OWN[1], 10**9 + n)) for n in range(1, 2000)]
    messages = [sound(*lines[:count]) for count in (1, 1900, 1, 500, 2, 1500)]
    messages += [Message(b"x" * 1000, ((b"", "unknown_format"),)), broken(b" " * 400_000, "empty")]
    messages += [sound(dumps({**pmacct(1, OWN[0], 3), "pad": "p" * 900_000}))]
    send(kafka, truth, name, messages)
    finish(weir, truth)


def test_both_sides_own_is_transmit(kafka, topic, export):
    name = topic()
    truth = Truth(OWN)
    weir = start(export, kafka, name)
    weir.wait_ready()
    send(kafka, truth, name, [sound(dumps(pmacct(OWN[0], OWN[1], 5)))])
    metrics = finish(weir, truth)
    assert metrics[TRANSMIT] == {key(*OWN, "bdr1"): 5}
    assert RECEIVE not in metrics
