"""A broker that asks who is there: every way to log in as docs/kafka-security.md has it, the least
rights, and what weir says when it is not let in."""

import re
import shutil
import signal
import socket
import time

import pytest

from servers.weir import Weir, run
from support.messages import OWN
from support.secure_site import LIFETIME, PASSWORD, Site, blocks, documented_rights
from support.truth import Truth

WAYS = {
    "SCRAM": "LOGIN",
    "PLAIN": "LOGIN",
    "Client certificates": "MUTUAL",
    "OAUTHBEARER with OpenID Connect": "LOGIN",
    "OAUTHBEARER with unsigned tokens": "UNSIGNED",
}  # heading in the document: the broker's listener


def count_exactly(weir, truth):
    expected = sum(truth.messages.values())
    truth.check(weir.wait_metrics(lambda m: m.value("weir_messages_total") >= expected))


def wait_refused(weir, pattern):
    """Waits until it is not ready for this reason, and has written so to the log."""
    weir.wait_for(
        lambda: weir.get("/-/ready")[0] == 503
        and re.search(pattern.encode(), weir.get("/-/ready")[2]),
        what=f"/-/ready answering 503 {pattern}",
    )
    weir.wait_for(lambda: warnings(weir, pattern), what=f"a warning of {pattern}")


def warnings(weir, pattern=""):
    lines = [line for line in weir.err.splitlines() if re.search("level=(warn|error)", line)]
    return [line for line in lines if re.search(pattern, line)]


def stop_all(processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    for process in processes:
        process.stop()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("secure"))
    with site.tokens, site.kafka:
        for line in blocks("SCRAM", "sh"):
            match = re.search(r"--entity-name (\S+) --add-config '(\S+)=\[password=(\S+)\]'", line)
            site.kafka.set_password(match[1], site.filled(match[3]), match[2])
        yield site


@pytest.fixture(scope="module")
def patient(site):
    """Two that run through all of these tests while their tokens expire; and what they count."""
    site.topic("patient")
    truth = Truth(OWN)
    site.send("patient", truth)
    changes = {"sasl_oauthbearer_config": f"principal=weir lifeSeconds={LIFETIME}"}
    started = {}
    for way, change in (("OpenID Connect", {}), ("unsigned tokens", changes)):
        way = f"OAUTHBEARER with {way}"
        words = [*site.arguments(WAYS[way], "patient"), *site.properties(way, **change)]
        # The broker answers in order, and waits that long with an answer to who reads at the end.
        # With sessions of a few seconds its half a second would be too long for a new login.
        words += ["--as-names", "none", "-X", "fetch.wait.max.ms=50"]
        started[way] = Weir("export", *words, folder=site.folder, name=f"patient{len(started)}")
    for weir in started.values():
        weir.start()
    yield started, truth
    stop_all(started.values())


# name: (listener, way, changes, what weir says and what it says to do)
REFUSALS = {
    "wrong-password": (
        "LOGIN", "SCRAM", {"sasl_password": "hunter23"},
        "Kafka refuses the login .*check sasl.username, sasl.password",
    ),
    "wrong-password-plain": (
        "LOGIN", "PLAIN", {"sasl_password": "hunter23"},
        "Kafka refuses the login .*Invalid username or password",
    ),
    "unknown-user": (
        "LOGIN", "SCRAM", {"sasl_username": "nobody"},
        "Kafka refuses the login .*check sasl.username",
    ),
    "wrong-token-secret": (
        "LOGIN", "OAUTHBEARER with OpenID Connect",
        {"sasl_oauthbearer_client_secret": "hunter23"},
        "no token .*invalid_client.*check sasl.oauthbearer.token.endpoint.url",
    ),
    "mechanism-not-offered": (
        "PLAINLOGIN", "SCRAM", {},
        "does not offer .*supported mechanisms: PLAIN.*set sasl.mechanism",
    ),
    "tls-on-plaintext": (
        "PLAINTEXT", "Client certificates", {}, "does not speak .*set security.protocol",
    ),
    "plaintext-on-tls": (
        "MUTUAL", "PLAIN", {"security_protocol": "plaintext"}, "does not speak .*set security.protocol",
    ),
    "no-login-where-one-is-due": (
        "LOGIN", "PLAIN", {"security_protocol": "ssl"}, "does not speak .*set security.protocol",
    ),
    "login-where-none-is-due": (
        "PLAINTEXT", "PLAIN", {"security_protocol": "sasl_plaintext"},
        "does not speak .*set security.protocol",
    ),
    "unknown-authority": (
        "LOGIN", "PLAIN", {"ssl_ca_location": None},
        "not trusted .*issuer is not known.*set ssl.ca.location",
    ),
    "expired-certificate": (
        "EXPIRED", "Client certificates", {}, "not trusted .*has expired.*renew",
    ),
    "certificate-of-another-host": (
        "ELSEWHERE", "Client certificates", {},
        "not trusted .*does not name this IP address.*advertised.listeners",
    ),
    "no-client-certificate": (
        "MUTUAL", "Client certificates",
        {"ssl_certificate_location": None, "ssl_key_location": None, "ssl_key_password": None},
        "client certificate .*set ssl.certificate.location and ssl.key.location",
    ),
    "stranger's-client-certificate": (
        "MUTUAL", "Client certificates",
        {"ssl_certificate_location": "/etc/weir/stranger.pem",
         "ssl_key_location": "/etc/weir/stranger.key", "ssl_key_password": None},
        "client certificate of an authority it trusts",
    ),
    "nobody-there": ("NOWHERE", "PLAIN", {}, "cannot reach Kafka .*check --brokers"),
}  # fmt: skip


@pytest.fixture(scope="module")
def refused(site):
    """All that are not let in, started together, because each takes seconds to be sure."""
    site.topic("refused")
    site.kafka.addresses["NOWHERE"] = "127.0.0.1:1"  # no broker listens on port 1
    started = {}
    for name, (listener, way, changes, _) in REFUSALS.items():
        changes = {key: value and site.filled(value) for key, value in changes.items()}
        words = [*site.arguments(listener, "refused"), *site.properties(way, **changes)]
        words += ["--as-names", "none"]
        started[name] = Weir("export", *words, folder=site.folder, name=name)
    begin = time.monotonic()
    for weir in started.values():
        weir.start()
        weir.minutes = lambda: 1 + int((time.monotonic() - begin) / 60)
    yield started
    stop_all(started.values())


@pytest.mark.parametrize("way", WAYS)
def test_each_documented_way_to_log_in_counts_exactly(site, patient, export, way):
    if "OAUTHBEARER" in way:
        weir, truth = patient[0][way], patient[1]
    else:
        topic = site.topic(way.partition(" ")[0])
        truth = Truth(OWN)
        site.send(topic, truth)
        weir = export(*site.arguments(WAYS[way], topic), *site.properties(way))
    weir.wait_ready()
    count_exactly(weir, truth)
    assert not warnings(weir), weir.err


@pytest.mark.parametrize("name", REFUSALS)
def test_who_is_not_let_in_is_told_why_and_what_to_do(refused, name):
    weir = refused[name]
    wait_refused(weir, REFUSALS[name][3])
    assert weir.get("/-/healthy")[0] == 200
    assert weir.get("/metrics")[0] == 503
    assert len(warnings(weir, REFUSALS[name][3])) <= weir.minutes(), weir.err


def test_a_token_server_that_never_answers_does_not_hold_up_the_end(site, export):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = "OAUTHBEARER with OpenID Connect"
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/token"
        properties = site.properties(way, sasl_oauthbearer_token_endpoint_url=url)
        weir = export(*site.arguments("LOGIN", "refused"), *properties)
        asking, _ = silent.accept()
        with asking:
            assert weir.stop(timeout=8) == 0


def test_verification_can_be_switched_off(site, export):
    topic = site.topic("unverified")
    truth = Truth(OWN)
    site.send(topic, truth)
    off = site.properties("Client certificates", enable_ssl_certificate_verification="false")
    weir = export(*site.arguments("ELSEWHERE", topic), *off)
    weir.wait_ready()
    count_exactly(weir, truth)


def test_read_is_the_only_right_it_needs(site):
    assert documented_rights() == [("User:weir", "READ"), ("User:CN=weir", "READ")]


def test_a_missing_right_is_named_and_can_be_given_while_it_runs(site, export):
    site.kafka.create_topic("rights")
    truth = Truth(OWN)
    site.send("rights", truth)
    weir = export(*site.arguments("LOGIN", "rights"), *site.properties("SCRAM"))
    wait_refused(weir, "topic rights: access is refused .*READ and DESCRIBE")
    site.kafka.allow("User:weir", "DESCRIBE", "rights")
    wait_refused(weir, "reading topic rights partition 0 fails: .*READ")
    site.kafka.allow("User:weir", "READ", "rights")
    weir.wait_ready()
    count_exactly(weir, truth)
    site.kafka.disallow("User:weir", "READ", "rights")
    wait_refused(weir, "reading topic rights partition 0 fails: .*READ")
    site.send("rights", truth)  # not to be seen yet
    assert weir.metrics().value("weir_messages_total") == 50
    site.kafka.allow("User:weir", "READ", "rights")
    weir.wait_ready()
    site.send("rights", truth)
    count_exactly(weir, truth)


def test_check_tells_beforehand_what_would_keep_it_out(site, tmp_path):
    site.topic("checked", ("User:weir", "DESCRIBE"))

    def check(**changes):
        words = [*site.arguments("LOGIN", "checked"), *site.properties("SCRAM", **changes)]
        done = run("check", "--live", *words, "--as-names", "none", folder=tmp_path)
        assert "hunter2" not in done.out + done.err
        return done.exit_status, done.out

    status, text = check(sasl_password="hunter23")
    assert status == 1 and re.search("^problem .*refuses the login.*\n .*sasl.password", text, re.M)
    status, text = check()
    assert status == 1 and re.search("^problem .*checked.*\n .*READ", text, re.M)
    site.kafka.allow("User:weir", "READ", "checked")
    site.send("checked", Truth(OWN), 10)
    status, text = check()
    assert status == 0 and "10 counted" in text


def test_a_password_changed_meanwhile_stops_it_until_it_is_changed_back(site, export):
    site.kafka.set_password("changing", PASSWORD, "SCRAM-SHA-256")
    site.topic("passwords", ("User:changing", "READ"))
    truth = Truth(OWN)
    site.send("passwords", truth)
    properties = site.properties("SCRAM", sasl_username="changing", sasl_mechanism="SCRAM-SHA-256")
    weir = export(*site.arguments("LOGIN", "passwords"), *properties)
    weir.wait_ready()
    site.kafka.set_password("changing", "another one", "SCRAM-SHA-256")
    # The broker asks again after some seconds.
    wait_refused(weir, "Kafka refuses the login .*sasl.password")
    site.send("passwords", truth)
    site.kafka.set_password("changing", PASSWORD, "SCRAM-SHA-256")
    weir.wait_ready()
    count_exactly(weir, truth)


def test_secrets_come_from_the_environment_and_files_as_systemd_gives_them(site, export):
    site.topic("environment")
    truth = Truth(OWN)
    site.send("environment", truth)
    (site.etc / "kafka-password").write_text(PASSWORD + "\n")
    unit = site.filled(blocks("Passwords and where to keep them", "ini")[0])
    credential = re.search(r"^LoadCredential=(.*):(.*)$", unit, re.MULTILINE)
    shutil.copy(credential[2], site.folder / credential[1])  # as systemd does
    lines = re.findall(r"^Environment=(.*)$", unit.replace("%d", str(site.folder)), re.MULTILINE)
    environment = dict(line.split("=", 1) for line in lines)
    environment["WEIR_KAFKA_SERVICE_HOST"] = "10.0.0.1"  # of Kubernetes, means nothing
    weir = export(*site.arguments("LOGIN", "environment"), "--log.level", "debug", env=environment)
    weir.wait_ready()
    count_exactly(weir, truth)
    assert PASSWORD not in weir.err + weir.out
    # What -X says wins, by another name of the property too.
    environment["WEIR_KAFKA_SASL_PASSWORD_FILE"] = str(site.etc / "ca.pem")
    words = ["-X", "sasl.mechanism=PLAIN", "-X", f"sasl.password={PASSWORD}"]
    environment["WEIR_KAFKA_SASL_MECHANISMS"] = environment.pop("WEIR_KAFKA_SASL_MECHANISM")
    weir = export(*site.arguments("LOGIN", "environment"), *words, env=environment)
    weir.wait_ready()
    count_exactly(weir, truth)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"WEIR_KAFKA_SASL_PASWORD": PASSWORD}, "WEIR_KAFKA_SASL_PASWORD: .*no such property"),
        ({"WEIR_KAFKA_SASL_PASSWORD_FILE": "/nonexistent/secret"},
         "WEIR_KAFKA_SASL_PASSWORD_FILE: cannot read /nonexistent/secret"),
        ({"WEIR_KAFKA_SASL_PASSWORD": PASSWORD, "WEIR_KAFKA_SASL_USERNAME": "weir",
          "WEIR_KAFKA_SASL_PASSWORD_FILE": __file__}, "say the same thing"),
        ({"WEIR_KAFKA_SECURITY_PROTOCOL": "tls"}, "WEIR_KAFKA_SECURITY_PROTOCOL: "),
        ({"WEIR_KAFKA_SECURITY_PROTOCOL": "sasl_ssl"}, "set sasl.mechanism to PLAIN, "),
    ],
    ids=["misspelt", "unreadable", "twice", "bad-value", "no-mechanism"],
)  # fmt: skip
def test_a_wrong_variable_is_an_error_that_names_it(tmp_path, variables, told):
    words = ("export", "--brokers", "127.0.0.1:1", "--topic", "flows", "--as-names", "none",
             "--state-dir", "none")  # fmt: skip
    weir = run(*words, "--web.listen-address", "127.0.0.1:0", folder=tmp_path, env=variables)
    assert weir.exit_status == 2
    assert re.search(told, weir.err) and PASSWORD not in weir.err


@pytest.mark.parametrize(
    "words",
    [("-X", "sasl.password={}"), ("-Xsasl.password={}",)],
    ids=["apart", "attached"],
)
def test_a_password_on_the_command_line_is_shown_nowhere(site, export, words):
    words = [word.format(PASSWORD) for word in words]
    topic = site.topic(f"shown-{len(words)}")
    properties = site.properties("SCRAM", sasl_password=None)
    weir = export(*site.arguments("LOGIN", topic), *properties, *words, "--log.level", "debug",
                  "-X", "debug=security,broker,protocol,conf")  # fmt: skip
    weir.wait_ready()
    with open(f"/proc/{weir.pid}/cmdline", "rb") as command_line:
        shown = command_line.read()
    assert PASSWORD.encode() not in shown and b"sasl.password=***" in shown
    assert warnings(weir, "command line.*WEIR_KAFKA_SASL_PASSWORD_FILE")
    weir.wait_for_text("level=debug msg=librdkafka")
    page = weir.get("/")[2]
    weir.stop()
    for text in (weir.err, weir.out, page.decode()):
        assert PASSWORD not in text and "hunter22" not in text


def test_tokens_are_renewed_and_a_broker_that_comes_back_well_is_taken(site, patient, refused):
    started, truth = patient
    weir = refused["expired-certificate"]
    wait_refused(weir, "has expired")
    site.kafka.stop()
    site.kafka.authority.key_store("expired")  # in the same place, and good now
    site.kafka.start()
    weir.wait_ready()
    weir.wait_for(lambda: site.tokens.granted > 2, what="renewing tokens")
    site.send("patient", truth)
    for weir in started.values():
        weir.wait_ready()
        count_exactly(weir, truth)
        assert not warnings(weir, "refuses the login|no token"), weir.err


def test_nothing_that_was_written_has_a_password_in_it(site, patient, refused):
    for weir in [*patient[0].values(), *refused.values()]:
        assert weir.err
        assert "hunter2" not in weir.err + weir.out
