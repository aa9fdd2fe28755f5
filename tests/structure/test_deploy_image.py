"""The image and the compose file, as far as they can be judged without an engine."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SETTINGS = {"WEIR_ASN": "64500,64501", "GRAFANA_PASSWORD": "secret"}
PORT = 9590


def instructions():
    """[(name, text)] of the Dockerfile, comments left out and continued lines put together."""
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n", " ", text)
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


def last_stage():
    found = instructions()
    start = max(n for n, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def only(name):
    texts = [text for found, text in last_stage() if found == name]
    assert len(texts) == 1, (name, texts)
    return texts[0]


def in_context(path):
    """Whether .dockerignore, as far as this project uses its patterns, lets a path through."""
    included = True
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.lstrip("!")
        if pattern == "*" or path == pattern or path.startswith(pattern + "/"):
            included = line.startswith("!")
    return included


@pytest.fixture(scope="module")
def compose():
    """compose.yaml with its settings filled in."""
    text = (DEPLOY / "compose.yaml").read_text()
    for name, value in SETTINGS.items():
        text = re.sub(rf"\$\{{{name}(:\?[^}}]*)?\}}", value, text)
    assert "${" not in text, "a setting that this test does not know"
    return yaml.safe_load(text)


def test_the_image_runs_as_a_user_that_is_not_root_with_two_writable_folders():
    user, group = only("USER").split(":")
    assert user.isdigit() and group.isdigit() and int(user) > 0
    settings = dict(word.split("=") for word in only("ENV").split())
    volumes = re.findall(r'"([^"]+)"', only("VOLUME"))
    assert sorted(volumes) == sorted(settings[name] for name in ("CACHE_DIRECTORY", "STATE_DIRECTORY"))
    assert f"--uid {user}" in " ".join(text for name, text in last_stage() if name == "RUN")


def test_the_image_starts_weir_stops_it_gently_and_asks_after_its_health():
    assert only("ENTRYPOINT") == '["/usr/bin/weir"]'
    assert only("STOPSIGNAL") == "SIGTERM"
    assert only("EXPOSE") == str(PORT)
    script = re.search(r'CMD \["([^"]+)"\]', only("HEALTHCHECK")).group(1)
    assert ("COPY", f"deploy/healthcheck {script}") in last_stage()
    assert (DEPLOY / "healthcheck").stat().st_mode & 0o111 == 0o111
    assert f"127.0.0.1:{PORT}" in (DEPLOY / "healthcheck").read_text()


def test_the_image_needs_no_buildkit():
    for name, text in instructions():
        assert "--mount" not in text and "--chmod" not in text and "<<" not in text, (name, text)


def test_what_the_image_copies_is_in_the_tree_and_in_the_context():
    for name, text in instructions():
        if name != "COPY" or "--from" in text:
            continue
        for source in text.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source == "." or in_context(source), source
    needed = ("CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "cli/main.cpp", "dev")
    needed += ("cmake/librdkafka.sh", "deploy/install.cmake", "docs/deploy.md", ".git/HEAD")
    assert [path for path in needed if not in_context(path)] == []
    unwanted = ("build/release/weir", "tests/base/ip_test.cpp", ".git/config", "deploy/.env")
    assert [path for path in unwanted if in_context(path)] == []


def test_the_parts_of_dev_that_the_image_calls_are_there():
    calls = next(text for name, text in instructions() if name == "RUN" and "./dev help" in text)
    dev = (ROOT / "dev").read_text()
    assert "install_packages" in calls and "librdkafka" in calls
    for wanted in ("readonly build_packages=(", "\ninstall_packages() {", "\nlibrdkafka() {"):
        assert wanted in dev


def test_every_service_is_pinned_limited_and_comes_back(compose):
    for name, service in compose["services"].items():
        image = service["image"]
        assert name == "weir" or re.search(r":v?\d+\.\d+\.\d+$", image), image
        assert service["mem_limit"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == ("no" if name == "topics" else "unless-stopped")
        # weir's is in its image.
        assert "healthcheck" in service or name in ("topics", "weir"), name
        for other, wait in service.get("depends_on", {}).items():
            ends = compose["services"][other]["restart"] == "no"
            assert ends == (wait["condition"] == "service_completed_successfully"), (name, other)


def test_every_mounted_path_and_volume_is_there(compose):
    mounted = set()
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).is_dir(), (name, source)
                assert volume.endswith(":ro"), volume
            else:
                mounted.add(source)
    assert mounted == set(compose["volumes"])
    folders = [volume.split(":")[1] for volume in compose["services"]["weir"]["volumes"]]
    assert sorted(folders) == sorted(re.findall(r'"([^"]+)"', only("VOLUME")))


def test_only_netflow_and_grafana_are_published(compose):
    published = {name: s["ports"] for name, s in compose["services"].items() if "ports" in s}
    assert published == {"nfacctd": ["2055:2055/udp"], "grafana": ["3000:3000"]}
    health = " ".join(compose["services"]["nfacctd"]["healthcheck"]["test"])
    assert f":{2055:04X} " in health


def test_services_find_each_other_by_the_same_names_ports_and_topic(compose):
    services = compose["services"]
    weir = services["weir"]["command"]
    topic = next(word.split("=")[1] for word in weir if word.startswith("--topic="))
    assert f"--topic={topic}" in services["topics"]["command"]
    kafka = services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].removeprefix("PLAINTEXT://")
    assert f"--brokers={kafka}" in weir
    assert f"--bootstrap-server={kafka}" in services["topics"]["command"]
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    jobs = {job["job_name"]: job["static_configs"][0]["targets"] for job in config["scrape_configs"]}
    assert jobs["weir"] == [f"weir:{PORT}"]
    provisioning = DEPLOY / "grafana" / "provisioning"
    sources = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())
    assert [s["url"] for s in sources["datasources"]] == ["http://prometheus:9090"]
    interval = sources["datasources"][0]["jsonData"]["timeInterval"]
    assert interval == config["global"]["scrape_interval"]
    boards = yaml.safe_load((provisioning / "dashboards" / "weir.yaml").read_text())
    folder = boards["providers"][0]["options"]["path"]
    assert f"./grafana/dashboards:{folder}:ro" in services["grafana"]["volumes"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (DEPLOY / "grafana" / "dashboards" / Path(home).name).is_file()
    assert str(Path(home).parent) == folder


def test_pmacct_writes_to_the_topic_that_weir_reads(compose):
    text = (DEPLOY / "pmacct" / "nfacctd.conf").read_text()
    settings = dict(re.findall(r"^([a-z_]+)(?:\[[^\]]*\])?:\s*(\S+)\s*$", text, re.M))
    kafka = compose["services"]["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    host, port = kafka.removeprefix("PLAINTEXT://").split(":")
    aliases = compose["services"]["kafka"]["networks"]["default"]["aliases"]
    assert settings["kafka_broker_host"] in (host, *aliases)
    assert settings.get("kafka_broker_port", "9092") == port
    assert f"--topic={settings['kafka_topic']}" in compose["services"]["weir"]["command"]
    assert settings.get("nfacctd_port", "2100") == "2055"
    lines = [line for line in text.splitlines() if not line.startswith("!")]
    for path in re.findall(r"/etc/pmacct/(\S+)", "\n".join(lines)):
        assert (DEPLOY / "pmacct" / path).is_file(), path


def test_the_example_settings_are_those_that_the_compose_file_asks_for():
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    given = set(re.findall(r"^(\w+)=", (DEPLOY / "env.example").read_text(), re.M))
    assert asked == given == set(SETTINGS)


def test_docker_compose_reads_the_file(tmp_path):
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed")
    command = ["docker-compose", "-f", str(DEPLOY / "compose.yaml"), "config"]
    settings = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        command, env=settings | SETTINGS, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "--asn=64500,64501" in yaml.safe_load(done.stdout)["services"]["weir"]["command"]
    demo = [*command[:3], "-f", str(DEPLOY / "compose.demo.yaml"), "config"]
    done = subprocess.run(
        demo, env=settings | SETTINGS, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(done.stdout)["services"]["weir"]["command"] == ["export", "--demo"]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "deploy/.env" in done.stderr
