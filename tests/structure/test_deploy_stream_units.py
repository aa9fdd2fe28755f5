"""The systemd units of `weir stream`, by systemd's own judgement."""

import configparser
import re

import pytest
from test_deploy_systemd import EXPOSURE, FOLDER, analyze

SERVICES = ["weir-stream.service", "weir-stream-once.service"]
UNITS = [*SERVICES, "weir-stream.timer"]


def parsed(unit):
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string((FOLDER / unit).read_text())
    return parser


def test_systemd_finds_nothing_to_complain_about(tmp_path):
    for comments in (False, True):  # what they propose in comments, too
        for unit in UNITS:
            # It checks that the program is there, so that is one that is there for sure.
            text = (FOLDER / unit).read_text().replace("/usr/bin/weir", "/bin/true")
            if comments:
                text = re.sub(r"^#(?=[A-Z]\w+=)", "", text, flags=re.M)
            (tmp_path / unit).write_text(text)
        files = [tmp_path / unit for unit in UNITS]
        assert analyze("--man=no", "verify", *files) == (0, "")


@pytest.mark.parametrize("unit", SERVICES)
def test_the_services_are_well_sandboxed(unit):
    status, text = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", FOLDER / unit)
    assert status == 0, text


def test_both_services_run_the_same_in_the_same_place():
    following, once = (dict(parsed(unit)["Service"]) for unit in SERVICES)
    for own in ("Type", "ExecStart", "ExecReload", "Restart", "RestartSec",
                "RestartPreventExitStatus", "WatchdogSec"):  # fmt: skip
        following.pop(own, None)
        once.pop(own, None)
    assert following == once


def test_the_default_file_sets_what_the_services_use():
    for unit in SERVICES:
        service = parsed(unit)["Service"]
        assert service["EnvironmentFile"] == "-/etc/default/weir-stream"
        used = set(re.findall(r"\$\{?(\w+)", service["ExecStart"]))
        given = set(re.findall(r"^(\w+)=", (FOLDER / "weir-stream.default").read_text(), re.M))
        assert used == given == {"ARGS", "COMMAND"}


def test_wrong_flags_are_not_tried_again_but_failures_are():
    service = parsed(SERVICES[0])["Service"]
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"] == "2"


def test_the_timer_starts_the_run_that_ends():
    timer = parsed("weir-stream.timer")["Timer"]
    assert timer["Unit"] == "weir-stream-once.service"
    status, text = analyze("calendar", "--iterations=2", timer["OnCalendar"])
    assert status == 0
    assert len(re.findall(r":[0-5][05]:15 ", text)) >= 2, text
