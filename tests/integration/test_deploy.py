"""What is deployed works with the program that was built: the image's libraries, installed files,
the unit's sandbox, the flags of the compose file."""

import http.server
import os
import platform
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
import yaml

from servers.process import BUILD, PATIENCE, ROOT
from servers.weir import PROGRAM, Weir
from support.messages import numbered

DEPLOY = ROOT / "deploy"
CONFINED = ROOT / "tests" / "integration" / "support" / "confined.py"
ALWAYS_THERE = {"libc6", "libgcc-s1"}  # in every image of Debian
DATA = {"ca-certificates", "tzdata"}  # what the libraries read


# ---- the image's libraries --------------------------------------------------------------------


def packages_of(libraries):
    """The packages that libraries belong to, in their order; dpkg knows some files by their path
    below /usr, and others by the one without."""
    spellings = []
    for library in libraries:
        names = {library, os.path.realpath(library)}
        names |= {name.removeprefix("/usr") for name in names}
        names |= {"/usr" + name for name in names if not name.startswith("/usr")}
        spellings.append(names)
    done = subprocess.run(
        ["dpkg", "-S", *sorted(set().union(*spellings))], capture_output=True, text=True,
        timeout=60 * PATIENCE,
    )  # fmt: skip
    owners = {}
    for line in done.stdout.splitlines():
        package, path = line.split(": ", 1)
        owners[path] = package.split(":")[0]
    found = [{owners[name] for name in names if name in owners} for names in spellings]
    assert all(len(packages) == 1 for packages in found), list(zip(libraries, found))
    return [packages.pop() for packages in found]


def libraries():
    """{name: path} of all that the program loads, and the names of those it asks for itself."""
    text = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
    loaded = dict(re.findall(r"^\s*(\S+) => (/\S+)", text, re.M))
    headers = subprocess.run(["objdump", "-p", PROGRAM], capture_output=True, text=True, check=True)
    return loaded, re.findall(r"NEEDED\s+(\S+)", headers.stdout)


def dependencies(packages):
    """The packages and all that is installed with them."""
    done = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package}\t${Pre-Depends}, ${Depends}\n"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    table = {}
    for line in done.stdout.splitlines():
        name, needs = line.split("\t")
        table[name] = set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)", needs))
    found, new = set(), set(packages)
    while new:
        found |= new
        new = {need for name in new for need in table.get(name, ())} - found
    return found


def test_the_image_has_the_libraries_that_the_program_needs_and_no_others():
    text = (DEPLOY / "Dockerfile").read_text()
    listed = text[text.rindex("--no-install-recommends") :].split("&&")[0]
    listed = set(re.findall(r"^\s+([a-z0-9][a-z0-9+.-]*) \\$", listed, re.M))
    loaded, asked = libraries()
    owners = dict(zip(loaded, packages_of(loaded.values())))
    direct = {owners[name] for name in asked if name in owners}
    assert listed == (direct - ALWAYS_THERE) | DATA
    assert set(owners.values()) - dependencies(listed) - ALWAYS_THERE == set()


# ---- installation -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A function that installs below a prefix, and returns the folder that stands for /."""

    def install(prefix, root=None):
        root = tmp_path_factory.mktemp("installed") if root is None else root
        subprocess.run(
            ["cmake", "--install", str(BUILD), "--prefix", prefix],
            env={**os.environ, "DESTDIR": str(root)},
            stdout=subprocess.DEVNULL, check=True, timeout=60 * PATIENCE,
        )  # fmt: skip
        return root

    return install


def files_below(folder):
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }  # fmt: skip


@pytest.mark.parametrize("prefix", ["/usr", "/usr/local", "/opt/weir"])
def test_everything_is_installed_where_it_belongs(installed, prefix):
    root = installed(prefix)
    top = root / prefix[1:]
    etc = root / "etc" if prefix.startswith("/usr") else top / "etc"
    unit = (top / "lib/systemd/system/weir-export.service").read_text()
    assert f"\nExecStart={prefix}/bin/weir export $ARGS\n" in unit
    shown = "/" + str((etc / "default/weir-export").relative_to(root))
    assert f"\nEnvironmentFile=-{shown}\n" in unit and (root / shown[1:]).is_file()
    assert os.readlink(top / "bin/flow-exporter") == "weir"
    for name in ("README.md", "LICENSE", "CHANGELOG.md", "deploy.md", "filter.md"):
        assert (top / "share/doc/weir" / name).is_file(), name
    share = files_below(top / "share/weir")
    assert "grafana/dashboards/weir-traffic.json" in share and "prometheus/weir.rules.yml" in share
    assert not [name for name in share if ".test." in name]
    outside = {name for name in files_below(root) if not name.startswith(prefix[1:] + "/")}
    assert outside <= {"etc/default/weir-export", "etc/default/weir-stream"}


def test_a_default_file_that_was_edited_stays(installed):
    root = installed("/usr")
    (root / "etc/default/weir-export").write_text("ARGS=mine\n")
    installed("/usr", root)
    assert (root / "etc/default/weir-export").read_text() == "ARGS=mine\n"


def test_the_installed_program_runs_under_the_name_of_flow_exporter(installed):
    link = installed("/usr") / "usr/bin/flow-exporter"
    done = subprocess.run([link, "--help"], capture_output=True, text=True)
    assert done.returncode == 0 and "--brokers" in done.stdout
    done = subprocess.run([link, "-no-such-flag"], capture_output=True, text=True)
    assert done.returncode == 2 and "-no-such-flag" in done.stderr


def test_systemd_accepts_the_installed_unit(installed, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed (Debian's package systemd)")
    installed(str(tmp_path), root="")  # so that the program is where the unit says
    done = subprocess.run(
        ["systemd-analyze", "--no-pager", "--man=no", "verify",
         tmp_path / "lib/systemd/system/weir-export.service"],
        capture_output=True, text=True, timeout=60 * PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


# ---- the unit's sandbox -----------------------------------------------------------------------


@pytest.fixture
def open_folder():
    """A folder that users without rights can enter, which pytest's cannot be."""
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def names_url(tmp_path):
    """AS names on an HTTP server."""
    (tmp_path / "www").mkdir()
    lines = [f"{number} TEST-{number}, ZZ\n" for number in range(1, 200)]
    (tmp_path / "www" / "asn.txt").write_text("".join(lines))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(tmp_path / "www"))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/asn.txt"
    server.shutdown()
    server.server_close()
    thread.join()


def confined(folder, command):
    """The words that run a command as the unit would. What it needs is copied to the folder."""
    writable = [folder / "state", folder / "cache"]
    for path in writable:
        path.mkdir()
        os.chown(path, 65534, 65534)
    unit = DEPLOY / "systemd" / "weir-export.service"
    program = shutil.copy(command[0], folder)
    return ["/usr/bin/python3", CONFINED, unit, *writable, "--", program, *command[1:]]


needs_sandbox = pytest.mark.skipif(
    os.geteuid() != 0 or platform.machine() != "x86_64" or not shutil.which("systemd-analyze"),
    reason="needs root, x86-64 and systemd-analyze (Debian's package systemd)",
)


@needs_sandbox
def test_weir_does_all_its_work_in_the_sandbox_of_its_unit(kafka, topic, open_folder, names_url):
    name = topic()
    weir = Weir(
        "export", "--brokers", kafka.brokers, "--topic", name, "--asn", "64500",
        "--as-names", names_url, folder=open_folder,
    )  # fmt: skip
    weir.command = [str(word) for word in confined(open_folder, weir.command)]
    with weir:
        weir.wait_ready()
        kafka.produce(name, [message.value for message in numbered(100)])
        metrics = weir.wait_metrics(
            lambda m: m.value("weir_records_counted_total") == 100 and m.value("weir_as_names") == 199
        )
        assert metrics.value("process_resident_memory_bytes") > 0
        assert metrics.value("process_start_time_seconds") > 1e9
        assert metrics.value("process_max_fds") >= metrics.value("process_open_fds") > 3
        status = Path(f"/proc/{weir.pid}/status").read_text()
        assert re.search(r"^Seccomp:\s2$", status, re.M)
        assert re.search(r"^CapEff:\s0+$", status, re.M) and re.search(r"^Uid:\s65534", status, re.M)
        # Kept over a restart, so written to the one folder for it.
        assert sum(path.stat().st_size for path in (open_folder / "cache").rglob("*")) > 1000
        assert weir.stop() == 0
    text = weir.out + weir.err
    assert "not permitted" not in text and "Read-only" not in text and "denied" not in text, text


@needs_sandbox
def test_the_sandbox_of_the_tests_keeps_what_it_should_from_happening(open_folder):
    script = (
        "import os, socket\n"
        "def fails(call, *args):\n"
        "    try: call(*args)\n"
        "    except OSError: return True\n"
        "    return False\n"
        "print(os.getuid(), fails(open, '%s/file', 'w'), fails(open, '/tmp/file', 'w'),\n"
        "      fails(os.chroot, '/'), fails(socket.socket, socket.AF_PACKET, socket.SOCK_RAW),\n"
        "      fails(os.sched_setaffinity, 0, os.sched_getaffinity(0)),\n"
        "      fails(open, 'file', 'w'), fails(socket.socket))\n" % open_folder
    )
    words = confined(open_folder, ["/usr/bin/python3", "-c", script])
    done = subprocess.run(words, capture_output=True, text=True, timeout=60 * PATIENCE)
    wanted = ["65534", "True", "True", "True", "True", "True", "False", "False"]
    assert done.stdout.split() == wanted, done


# ---- the compose file -------------------------------------------------------------------------


def test_weir_takes_the_flags_of_the_compose_file_and_of_the_unit(tmp_path):
    text = (DEPLOY / "compose.yaml").read_text()
    text = re.sub(r"\$\{WEIR_ASN[^}]*\}", "64500,64501", text)
    command, *words = yaml.safe_load(text)["services"]["weir"]["command"]
    default = (DEPLOY / "systemd" / "weir-export.default").read_text()
    flags = re.search(r'^ARGS="(.*)"$', default, re.M)[1].split()
    for number, args in enumerate((words, flags)):
        args = [re.sub(r"(kafka|localhost):9092", "127.0.0.1:9", word) for word in args]
        weir = Weir(command, *args, "--as-names", "none", "--state-dir", f"state{number}",
                    folder=tmp_path, name=f"weir{number}")  # fmt: skip
        with weir:
            weir.wait_for_url(weir.url + "/-/healthy")
            assert weir.stop() == 0
