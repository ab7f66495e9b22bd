"""camctl: wrong usage is told in one line, with what would be right."""

import pytest

from looks import room_of_two
from processes import camctl


@pytest.mark.parametrize("arguments", [
    ["ps", "--sort", "beauty"], ["ps", "--node", "a:b:c"],
    ["ps", "--node", "127.0.0.1:0"], ["ps", "--node"], ["ps", "--nodes=x"],
    ["ps", "extra"], ["show"], ["kill"], ["record"], ["record", "pause"],
    ["record", "start", "--duration", "long"], ["tree", "--timeout", "0"],
    ["tree", "--cert", "/no/such"], ["top"], ["trees"], [],
])
def test_wrong_usage_is_told_in_one_line(arguments):
    done = camctl(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert not arguments or done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("arguments, hint", [
    (["tre"], "there is no command 'tre'; did you mean tree?"),
    (["help"], "did you mean --help?"),
    (["start"], "did you mean record start?"),
    (["everything"], "want tree, ps, top, show, servers, record, mark, console, kill, "),
    (["--nod", "x", "tree"],
     "--nod: no such option in front of a command; did you mean --node?"),
    (["tree", "--jsno"], "--jsno: no such option here; did you mean --json?"),
    (["tree", "-x"], "-x: no such option here; want --help, --all, "),
    (["verify", "--sesion", "x", "."], "did you mean --session?"),
    (["align", "--sesion=x", "."], "did you mean --session?"),
    (["export", ".", "--session", "x"], "want --to"),
    (["export", ".", "--session", "x", "--to", "y", "--fill", "black"],
     "are for --frames locked"),
    (["export", ".", "--session", "x", "--to", "y", "--from", "soon"],
     "want seconds after the session's start"),
    (["export", ".", "--session", "x", "--to", "y", "--from", "1.8e18"],
     "want seconds after the session's start"),
    (["export", ".", "--session", "x", "--to", "y", "--from", "7",
      "--until", "7.0"], "want a time after that of --from"),
    (["export", ".", "--session", "x", "--to", "y", "--frames", "locked",
      "--rate", "30000/1000.5"], "want frames a second"),
    (["export", ".", "--session", "x", "--to", "y", "--frames", "locked",
      "--rate", "1/0"], "want frames a second"),
    (["export", "--check", ".", "."], "wants one folder"),
    (["record"], "a word is missing: want start, stop or status"),
    (["record", "strat"], "there is no record strat; did you mean start?"),
    (["log-level", "warn"], "there is no level warn; did you mean warning?"),
    (["mark", "door", "--key", "text=x"], "--key=text: the text is the word"),
    (["mark", "door \udcff"], "there are bytes in it that are no UTF-8"),
    (["record", "start", "--notes", "\udcff"], "that are no UTF-8"),
    (["show"], "a word is missing: want the NAME "),
])
def test_wrong_words_are_told_what_would_be_right(arguments, hint):
    done = camctl(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_a_part_of_a_name_is_told_whose_it_may_be(room):
    _, client = room_of_two(room)
    done = client.camctl("show", "recorder")
    assert (done.returncode, done.stderr) == (
        1, "camctl: there is no 'recorder'; did you mean recorder/cam-a?\n")
    done = client.camctl("show", "zebra")
    assert (done.returncode, done.stderr) == (
        1, "camctl: there is no 'zebra'; camctl tree has the names\n")
    done = client.camctl("kill", "sesion")
    assert done.returncode == 1
    assert done.stderr == "camctl: found no actor 'sesion' at the given " \
        "nodes; did you mean session?\n"


def test_help_is_for_all_commands():
    overview = camctl("--help")
    assert overview.returncode == 0
    for name in ("tree", "ps", "top", "show", "kill", "servers", "record",
                 "mark", "log-level", "metrics"):
        assert f"\n  {name} " in overview.stdout
        done = camctl(name, "--help")
        assert done.returncode == 0 and f"camctl {name}" in done.stdout
        assert "--node" in done.stdout
        assert camctl(name, "-h").stdout == done.stdout
