"""The sections of the system, as rows. A row shows when its endpoint exists and its reader holds one of the roles."""
from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import lazy_gettext as _

from web.signed_in import signed_in_person
from workflows.roles import BUSINESS, CHAIN, INSPECTION, LOG_READERS, MAKERS, OVERSIGHT, READERS

ADMINISTRATION = ("system_administrator", "security_administrator")


@dataclass(frozen=True)
class Section:
    """prefix: addresses under it belong to this section; the longest one wins."""

    endpoint: str
    label: object
    prefix: str
    roles: tuple[str, ...]


SECTIONS = (
    Section("work.my_work", _("我的工作"), "/work", BUSINESS),
    Section("cases.search", _("案件"), "/cases", READERS),
    Section("certify.look_up", _("窗口认证"), "/certify", MAKERS),
    Section("objections.index", _("异议"), "/objections", READERS),
    Section("verifications.index", _("核实台账"), "/verifications", BUSINESS),
    Section("ledgers.first", _("名单台账"), "/ledgers", READERS),
    Section("matching.index", _("信息比对"), "/matching", READERS),
    Section("linkage.index", _("身份比对"), "/linkage", READERS),
    Section("overpayments.index", _("多发追回"), "/overpayments", READERS),
    Section("suspensions.index", _("暂停核放"), "/suspensions", READERS),
    Section("corrections.index", _("更正报送"), "/corrections", READERS),
    Section("imports.index", _("导入"), "/imports", CHAIN),
    Section("feeds.index", _("数据来源"), "/feeds", OVERSIGHT),
    Section("notices.index", _("告知"), "/notices", OVERSIGHT),
    Section("duties.index", _("定期工作"), "/duties", READERS),
    Section("overview.index", _("统计"), "/overview", OVERSIGHT),
    Section("rules.index", _("规则与流程"), "/rules", READERS),
    Section("calendar.index", _("工作日历"), "/calendar", ADMINISTRATION),
    Section("audit.search", _("审计"), "/audit", LOG_READERS),
    Section("staff.people", _("机构与人员"), "/staff", ADMINISTRATION + INSPECTION),
)


@dataclass(frozen=True)
class Link:
    address: str
    label: str
    current: bool


def sections() -> list[Link]:
    """The links of this reader, in the order of the table; none for somebody not signed in."""
    person = signed_in_person()
    shown = [row for row in SECTIONS if person and row.endpoint in current_app.view_functions
             and not person.roles.isdisjoint(row.roles)]
    here = max((row for row in shown if _within(row.prefix)), key=lambda row: len(row.prefix), default=None)
    return [Link(url_for(row.endpoint), str(row.label), row is here) for row in shown]


def address_of(endpoint: str) -> str | None:
    """The address of an endpoint that may not exist in this installation."""
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def may_go(endpoint: str) -> bool:
    """Whether the reader's posts open the endpoint at all: no page shows a way that ends in a refusal."""
    view = current_app.view_functions.get(endpoint)
    return view is not None and view.__access__.refusal(signed_in_person()) is None


def _within(prefix: str) -> bool:
    return request.path == prefix or request.path.startswith(f"{prefix}/")


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(sections=sections, address_of=address_of, may_go=may_go,
                                 signed_in_person=signed_in_person)
