"""What `weir stream` sends, `weir export` shows: all its forms, mixed in one topic."""

from support.stream import output_of, rows_of, window

CONFIG = """\
brokers: [{brokers}]
topic: {topic}
start: earliest
asn: [64500]
metrics:
  - name: country_bytes_total
    help: Bytes by country.
    value: bytes
    labels: {{country: dst_country_numeric}}
  - name: country_flows_total
    help: Flows by country.
    value: flows
    labels: {{country: dst_country_numeric}}
"""
COUNTRIES = {"840": 70, "276": 50, "203": 30}  # and how many rows


def test_rows_in_every_form_are_the_same_to_export(kafka, fake, stream, export, tmp_path):
    for ago, (country, rows) in enumerate(COUNTRIES.items(), 1):
        (fake.folder / window(ago)).write_text(output_of(rows_of(country, rows)))
    again = ["--since", window(3), "--until", window(1)]
    for words in ([], ["--format", "cbor-typed", *again], ["--format", "json", *again]):
        done = stream.run(*words)
        assert done.exit_status == 0, done.err
    sent = 3 * sum(COUNTRIES.values())
    kafka.produce(stream.topic, [b"\xa8\x65bytes", b"\xa1\x65bytes\x65a lot"])

    (tmp_path / "weir.yaml").write_text(CONFIG.format(brokers=kafka.brokers, topic=stream.topic))
    weir = export("--config", "weir.yaml")
    metrics = weir.wait_metrics(lambda m: m.value("weir_records_total") == sent + 2)
    for country, rows in COUNTRIES.items():
        assert metrics.value("country_bytes_total", country=country) == 3 * rows * 2000
        assert metrics.value("country_flows_total", country=country) == 3 * rows * 3
    assert len(metrics["country_bytes_total"]) == len(COUNTRIES)
    assert metrics.value("weir_records_refused_total", reason="truncated") == 1
    assert metrics.value("weir_records_refused_total", reason="wrong_type") == 1
