"""The layering check has to be able to fail: each rule against a small made-up tree."""

import layering
import pytest


@pytest.fixture
def tree(tmp_path):
    """A function that writes {path: text}, each weir/**.cpp with the companions it needs."""

    def write(files, companions=True):
        wanted = dict(files)
        for name in files:
            stem = name.removesuffix(".cpp")
            if companions and name.startswith("weir/") and name.endswith(".cpp"):
                wanted.setdefault("tests/" + stem.removeprefix("weir/") + "_test.cpp", "")
                if name.startswith("weir/decode/"):
                    wanted.setdefault("fuzz/" + stem.rsplit("/", 1)[1] + "_fuzz.cpp", "")
        for name, text in wanted.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return layering.problems(tmp_path)

    return write


def only(found):
    assert len(found) == 1, found
    return found[0]


def test_a_tree_that_keeps_the_rules_has_no_problems(tree):
    assert not tree(
        {
            "weir/base/ip.hpp": "#include <vector>\n",
            "weir/io/kafka.cpp": '#include <librdkafka/rdkafka.h>\n#include "weir/io/kafka.hpp"\n',
            "weir/io/kafka.hpp": '#include <librdkafka/rdkafka.h>\n#include <sys/socket.h>\n',
            "weir/decode/json.cpp": '#include "weir/flow/flow.hpp"\n#include <fmt/format.h>\n',
            "weir/flow/flow.hpp": '#include "weir/base/ip.hpp"\n',
            "weir/pipeline/chain.cpp": '#include "weir/decode/json.hpp"\n',
            "cli/main.cpp": '#include "weir/pipeline/chain.hpp"\n#include "cli/export.hpp"\n',
        }
    )


@pytest.mark.parametrize(
    "folder, included",
    [
        ("base", "io"),
        ("base", "flow"),
        ("io", "flow"),
        ("flow", "io"),
        ("decode", "io"),
        ("aggregate", "io"),
        ("encode", "decode"),
        ("sink", "source"),
        ("web", "sink"),
        ("source", "pipeline"),
        ("pipeline", "cli"),
    ],
)
def test_a_folder_must_not_include_one_it_does_not_stand_on(tree, folder, included):
    header = "cli/x.hpp" if included == "cli" else f"weir/{included}/x.hpp"
    line = only(tree({f"weir/{folder}/y.hpp": f'#include "{header}"\n'}))
    assert f"{folder} must not include {included}" in line


def test_an_include_by_a_relative_path_is_refused(tree):
    assert "are written" in only(tree({"weir/base/y.hpp": '#include "ip.hpp"\n'}))


def test_a_library_used_by_two_file_pairs_is_refused(tree):
    line = only(
        tree(
            {
                "weir/io/kafka.cpp": "#include <librdkafka/rdkafka.h>\n",
                "weir/sink/kafka.cpp": "#include <librdkafka/rdkafka_mock.h>\n",
            }
        )
    )
    assert "librdkafka" in line and "weir/io/kafka" in line and "weir/sink/kafka" in line


def test_tests_may_include_any_library(tree):
    assert not tree(
        {
            "weir/io/kafka.cpp": "#include <librdkafka/rdkafka.h>\n",
            "tests/io/kafka_test.cpp": "#include <librdkafka/rdkafka_mock.h>\n",
        }
    )


def test_a_header_of_an_unknown_library_is_refused(tree):
    assert "<new/thing.hpp> is unknown" in only(
        tree({"weir/io/y.hpp": "# include <new/thing.hpp>\n"})
    )


def test_a_folder_without_rules_is_refused(tree):
    assert "do not know the folder utils" in only(tree({"weir/utils/y.hpp": ""}))


def test_a_decoder_must_not_do_io(tree):
    assert "<fstream>" in only(tree({"weir/decode/y.hpp": "#include <fstream>\n"}))
    assert "<sys/socket.h>" in only(tree({"weir/decode/y.hpp": "#include <sys/socket.h>\n"}))


def test_a_decoder_must_not_read_a_clock(tree):
    line = only(tree({"weir/decode/y.hpp": "auto t = std::chrono::system_clock::now();\n"}))
    assert "reads a clock" in line


def test_a_source_without_its_test_is_refused(tree):
    assert "has no test tests/base/y_test.cpp" in only(
        tree({"weir/base/y.cpp": ""}, companions=False)
    )


def test_a_test_of_another_folder_does_not_count(tree):
    line = only(tree({"weir/base/y.cpp": "", "tests/io/y_test.cpp": ""}, companions=False))
    assert "has no test tests/base/y_test.cpp" in line


def test_a_decoder_without_a_fuzz_target_is_refused(tree):
    files = {"weir/decode/y.cpp": "", "tests/decode/y_test.cpp": ""}
    assert "has no fuzz target fuzz/y_fuzz.cpp" in only(tree(files, companions=False))


def test_a_part_of_a_decoder_is_fuzzed_with_the_whole(tree):
    files = {"weir/decode/json_split.cpp": "", "tests/decode/json_split_test.cpp": ""}
    assert not tree({**files, "fuzz/json_fuzz.cpp": ""}, companions=False)


def test_a_long_file_is_reported_but_is_no_error(tree, tmp_path):
    assert not tree({"weir/base/y.hpp": "\n" * 401, "weir/base/z.hpp": "\n" * 400})
    assert list(layering.long_files(tmp_path)) == ["weir/base/y.hpp: 401 lines, over 400"]


def test_the_exit_status_tells(tree, tmp_path, capsys):
    tree({"weir/base/y.hpp": ""})
    assert layering.main(["layering", str(tmp_path)]) == 0
    tree({"weir/base/y.hpp": '#include "weir/io/x.hpp"\n'})
    assert layering.main(["layering", str(tmp_path)]) == 1
    assert "base must not include io" in capsys.readouterr().out


def test_a_tree_without_sources_is_not_taken_for_a_good_one(tmp_path):
    assert layering.main(["layering", str(tmp_path)]) == 2
