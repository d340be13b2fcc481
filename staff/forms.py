"""Forms of sign-in, accounts, grants and relatives: shape only."""
from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from staff.models import Office
from staff.relatives import KINSHIPS
from staff.roles import ROLES
from web.filters import term
from web.forms import Form

REQUIRED = InputRequired(_("请填写。"))


class SignInForm(Form):
    username = StringField(_("用户名"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "username"})
    password = PasswordField(_("密码"), [REQUIRED, Length(max=200)], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordForm(Form):
    old = PasswordField(_("现用密码"), [REQUIRED], render_kw={"autocomplete": "current-password"})
    new = PasswordField(_("新密码"), [REQUIRED, Length(min=10, max=200, message=_("密码至少十位。"))],
                        render_kw={"autocomplete": "new-password"})


class RelativeForm(Form):
    id_number = StringField(_("亲属公民身份号码"), [REQUIRED], render_kw={"autocomplete": "off"})
    kinship = SelectField(_("亲属关系"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinship.choices = [(key, term(f"kinship.{key}")) for key in KINSHIPS]


class AccountForm(Form):
    display_name = StringField(_("姓名"), [REQUIRED, Length(max=60)])
    id_number = StringField(_("公民身份号码"), [REQUIRED], render_kw={"autocomplete": "off"})
    office = SelectField(_("机构"))
    username = StringField(_("用户名"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "off"})
    password = PasswordField(_("初始密码"), [REQUIRED, Length(min=10, max=200, message=_("密码至少十位。"))],
                             render_kw={"autocomplete": "new-password"})


class GrantForm(Form):
    role = SelectField(_("权限"))
    office = SelectField(_("适用范围"))
    reason = StringField(_("申请理由"), [Optional(), Length(max=200)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = [(key, term(f"role.{key}")) for key in ROLES]


class ReasonForm(Form):
    reason = StringField(_("理由"), [REQUIRED, Length(max=200)])


def office_choices(offices: list[Office]) -> list[tuple[str, str]]:
    """(code, name) in the order of the tree, each level further in."""
    return [(o.code, "　" * (o.path.count("/") - 1) + f"{o.name} {o.code}") for o in offices]
