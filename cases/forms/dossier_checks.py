"""The form by which a dossier is brought to be checked."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms.validators import InputRequired

from web.forms import Form

WORDS = {
    "FILE_EMPTY": _("文件是空的。"), "FILE_TOO_LARGE": _("文件过大：案卷不超过 20 MB。"),
    "FILE_TYPE": _("这不是 PDF 文件。"), "FILE_BROKEN": _("这份 PDF 已损坏，无法读取。"),
}


class CheckForm(Form):
    file = FileField(_("案卷文件"), [InputRequired(_("请选择文件。"))], render_kw={"accept": "application/pdf,.pdf"},
                     description=_("收到的 PDF 原件，不超过 20 MB。打印后再扫描的不能核对。"))
