"""The basis of a row, as a letter cites it."""
from __future__ import annotations

import re

import pytest

from tests.workflows.attempts import ROWS
from workflows.citations import cite


@pytest.mark.parametrize(("article", "said"), [
    ("SC-1", "第一条"), ("SC-10", "第十条"), ("SC-11", "第十一条"), ("SC-20", "第二十条"), ("SC-42", "第四十二条"),
    ("SC-24b", "第二十四条"), ("JS-7.4", "第7.4条"), ("JS-5.1.2e", "第5.1.2条")])
def test_an_article_is_cited_in_chinese_numerals(article, said):
    assert cite(article)[0].endswith(f" {said}")


def test_articles_of_one_document_are_cited_together_and_once():
    assert cite("SC-23、SC-24、SC-24b、SC-35") == ("川社险办〔2022〕25号 第二十三条、第二十四条、第三十五条",)
    assert cite("SC-23、SC-24", lang="en") == ("Sichuan procedure (川社险办〔2022〕25号) art. 23, art. 24",)


def test_documents_of_another_place_are_left_out():
    assert cite(("SC-24", "JS-4.5g", "QD-25"), area="510104") == ("川社险办〔2022〕25号 第二十四条",)
    assert cite(("SC-24", "QD-25"), area="370202") == ("青人社字〔2018〕47号 第二十五条",)


def test_what_is_cited_already_stays_and_house_values_are_called_so():
    assert cite("川社险办〔2022〕25号 第二十三条、第三十七条") == ("川社险办〔2022〕25号 第二十三条、第三十七条",)
    assert cite("SC-29、house: docs/decisions/002-how-many-sign") == ("川社险办〔2022〕25号 第二十九条", "本系统设定")
    assert cite("") == ()


def test_every_row_of_the_tables_can_be_cited():
    for _, row in ROWS:
        for lang in ("zh", "en"):
            cited = cite("、".join(row.basis), lang=lang)
            assert cited and not any(re.search(r"\b(SC|QD|JS|GB|RS)-\d|house:", text) for text in cited)
