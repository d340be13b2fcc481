"""Forms of corrections sent to other systems."""
from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length

from cases.forms.fields import REQUIRED
from web.forms import Form


class ReceiptForm(Form):
    receipt_no = StringField(_("回执编号"), [REQUIRED, Length(max=80)])
