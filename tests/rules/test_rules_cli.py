"""`rules show` and `rules check`."""

from click.testing import CliRunner

from rules.cli import rules_cli


def run(*args):
    return CliRunner().invoke(rules_cli, args)


def test_show_prints_each_value_with_its_article():
    answer = run("show", "--area", "510107", "--on", "2026-11-21")
    assert answer.exit_code == 0
    assert "signatures.resume\t3\t2022-12-12\t川社险办〔2022〕25号 第二十九条" in answer.output.splitlines()


def test_show_refuses_a_day_before_the_rules():
    answer = run("show", "--area", "510107", "--on", "2020-01-01")
    assert answer.exit_code == 1
    assert "RULES_NOT_IN_FORCE: 510107 on 2020-01-01" in answer.output


def test_check_says_how_many_values_each_place_has():
    answer = run("check")
    assert answer.exit_code == 0
    assert "sichuan: " in answer.output
    assert "house values" in answer.output
