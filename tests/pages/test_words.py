"""Every text a page shows is there in both languages."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

from translations.catalogue import ROOT, DoubleEntry, english, load_catalogue, missing_english

PLACEHOLDER = re.compile(r"%\((\w+)\)")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OUTSIDE_PAGES = {"letters", "dossier"}  # documents, whose words the law gives in Chinese
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def test_every_text_of_a_page_has_english():
    missing = missing_english()
    assert not missing, "\n".join(f"{place}: {text}" for text, place in missing.items())


def test_no_page_types_chinese_outside_the_catalogue():
    pages = [path for path in (ROOT / "templates").rglob("*.html")
             if path.relative_to(ROOT / "templates").parts[0] not in OUTSIDE_PAGES]
    bare = [f"{path.relative_to(ROOT)}: {match.group()}" for path in pages
            if (match := CHINESE.search(JINJA.sub("", path.read_text(encoding="utf-8"))))]
    assert bare == []


def test_english_keeps_the_placeholders_of_the_chinese():
    lost = [chinese for chinese, value in english().items()
            for text in ([value] if isinstance(value, str) else value)
            if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(chinese))]
    assert lost == []


def test_a_text_without_english_is_found(tmp_path: Path):
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates" / "page.html"
    page.write_text("{{ _('没有英文') }}{{ ngettext('%(num)s 人', '%(num)s 人', n) }}", encoding="utf-8")
    place = "templates/page.html:1"
    assert missing_english(tmp_path, tmp_path) == {"没有英文": place, "%(num)s 人": place}


def test_two_parts_may_not_translate_one_text_differently(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("登录: Sign in\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("登录: Log in\n", encoding="utf-8")
    with pytest.raises(DoubleEntry, match=r"a\.yaml and b\.yaml"):
        english(tmp_path)


def test_a_count_of_one_is_written_in_the_singular():
    words = load_catalogue()
    assert words["en"].ngettext("共 %(num)s 件", "共 %(num)s 件", 1) == "%(num)s item"
    assert words["en"].ngettext("共 %(num)s 件", "共 %(num)s 件", 2) == "%(num)s items"
    assert words["zh"].gettext("登录") == "登录"
