"""Fields that several forms of case work share, and what their values must look like."""
from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from stdnum.cn import ric
from stdnum.exceptions import ValidationError as StdnumError
from wtforms import DateField, SelectMultipleField
from wtforms import Form as AnyForm
from wtforms.validators import InputRequired, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from cases.evidence import Received
from cases.uploads import FileRefused, accept
from staff.clock import today
from web.forms import ShapeError

REQUIRED = InputRequired(_("请填写。"))
CHOOSE = InputRequired(_("请选择。"))
FILE_WORDS = {
    "FILE_EMPTY": _("文件是空的。"), "FILE_TOO_LARGE": _("文件过大：不超过 20 MB，照片不超过四千万像素。"),
    "FILE_TYPE": _("只接受照片（JPEG、PNG）、PDF 或 MP4 视频。"), "FILE_BROKEN": _("照片已损坏，无法读取。"),
}


def not_in_future(_form: AnyForm, field: Any) -> None:
    if field.data and field.data > today():
        raise ShapeError(_("日期不能晚于今天。"))


class RequiredWhen:
    """Needed when another field has one of `values`, unless the field `unless` is ticked; otherwise it may be empty."""

    field_flags: dict[str, bool] = {}

    def __init__(self, other: str, *values: object, unless: str | None = None) -> None:
        self.other, self.values, self.unless = other, values, unless

    def __call__(self, form: AnyForm, field: Any) -> None:
        if field.raw_data and field.raw_data[0]:
            return
        field.errors = []
        needed = form[self.other].data in self.values if self.other in form else False
        needed = needed and not (self.unless in form and form[self.unless].data)
        raise StopValidation(_("请填写。") if needed else None)


def id_number(_form: AnyForm, field: Any) -> None:
    """The 18 characters with a right check digit, brought to their written form."""
    number = unicodedata.normalize("NFKC", field.data or "").strip().upper()
    try:
        right = (len(number) == 18 and number.isascii() and number[:-1].isdigit() and ric.get_birth_date(number)
                 and number[-1] == ric.calc_check_digit(number))
    except (StdnumError, ValueError):
        right = False
    if not right:
        raise ShapeError(_("公民身份号码不正确，请核对 18 位号码。"))
    field.data = number


def account_number(_form: AnyForm, field: Any) -> None:
    """8 to 32 digits, brought to half width without spaces."""
    number = "".join(unicodedata.normalize("NFKC", field.data or "").replace("-", "").split())
    if not (8 <= len(number) <= 32 and number.isascii() and number.isdigit()):
        raise ShapeError(_("银行账号应为 8 至 32 位数字。"))
    field.data = number


class Ticks(SelectMultipleField):
    """Several of a list, each with a box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class UploadField(FileField):
    """A photo, PDF or video. After validation `accepted` holds (media type, bytes), None when nothing came."""

    accepted: tuple[str, bytes] | None = None

    def pre_validate(self, _form: AnyForm) -> None:
        if not self.data:
            return
        try:
            self.accepted = accept(self.data.read())
        except FileRefused as refused:
            raise ShapeError(FILE_WORDS[refused.code]) from refused


def past_day(label: object, *validators: Any, **more: Any) -> DateField:
    return DateField(label, [*(validators or [Optional()]), not_in_future], **more)


def received(field: UploadField, kind: str, title: str, happened_on: date) -> Received:
    """What the command is given. The title is the reader's; none where none was typed."""
    media_type, content = field.accepted or ("", b"")
    return Received(kind, title or "", media_type, content, happened_on)
