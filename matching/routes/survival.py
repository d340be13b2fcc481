"""The survival-behaviour model in the open: its card for everybody who reads cases, and the basis of one score."""
from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _
from sqlalchemy import select

from cases.pages import note_view, visible_case
from cases.periods import rules_of_place
from database import db
from matching.feeds.models import FeedLoad
from matching.survival.features import NAMES
from matching.survival.model import Model, newest, own_folder
from matching.survival.scoring import KEY, basis_of, threshold
from matching.survival.simulation import ASSUMED
from rules.vocabulary import SCHEMES
from staff.access import access, current_actor
from staff.clock import today
from web.charts import Chart, line
from web.language import current_language
from workflows.roles import READERS

FEWEST = 20  # people of a point of the curve: below, chance draws it

survival_pages = Blueprint("survival", __name__)


@survival_pages.get("/survival-model")
@access(*READERS)
def card() -> str:
    actor, model = current_actor(), newest(own_folder(current_app.config["INSTANCE_DIR"]))
    standing = [(scheme, threshold(rules_of_place(actor.office_path, scheme, today()))) for scheme in SCHEMES]
    return render_template("survival/card.html", model=model, standing=standing, chart=_chart(model),
                           features=_features(model), assumed=_assumed() if model.simulated else [])


@survival_pages.get("/cases/<public_id>/survival")
@access(*READERS)
def of_case(public_id: str) -> str:
    """The newest score of the person that is in force, if there is one."""
    actor = current_actor()
    note_view(visible_case(public_id, actor), actor, today(), part="survival")
    case = visible_case(public_id, actor)
    loads = db.session.execute(select(FeedLoad.id, FeedLoad.loaded_on, FeedLoad.area_path).where(
        FeedLoad.source == KEY, FeedLoad.status == "loaded").order_by(FeedLoad.id.desc())).all()
    found = next(((on, told) for number, on, path in loads if case.office_path.startswith(path)
                  and (told := basis_of(number, case.pensioner_id, current_language()))), None)
    return render_template("survival/score.html", case=case, found=found)


def _chart(model: Model) -> Chart:
    """Foretold beside found, both per mille."""
    bins = [one for one in model.bins if one.people >= FEWEST]
    labels = [f"{one.foretold / 10_000:.1f}" for one in bins]
    series = {_("预测的比例"): [round(one.foretold / 1000) for one in bins],
              _("实际在世的比例"): [round(one.alive / 1000) for one in bins]}
    return line("calibration", _("校准：预测与实际"), labels, series, written=lambda found: f"{found / 10:.1f}%",
                head=_("预测（%）"))


def _features(model: Model) -> list[tuple[str, float]]:
    """Each feature and how far one standard deviation more of it moves the score, the strongest first."""
    names = {"recency": _("距最近一次迹象的月数"), "kinds": _("登记种类数"), "number": _("十二个月内次数"),
             "months": _("十二个月中有迹象的月数"), "gap": _("此前最长的间隔"), "irregular": _("间隔的不规律程度"),
             "overdue": _("沉默相当于平常间隔的倍数"), "age": _("年龄（岁）"), "female": _("性别为女")}
    pairs = [(names[name], weight) for name, weight in zip(NAMES, model.coefficients, strict=True)]
    return sorted(pairs, key=lambda one: -abs(one[1]))


def _assumed() -> list[tuple[str, float]]:
    words = {"mortality_at_65": _("65 岁一年内死亡的比例"), "growth_a_year": _("每长一岁死亡率增加的比例"),
             "women": _("女性死亡率相当于男性的比例"), "ill_before_death": _("去世前半年患病、少有迹象的比例"),
             "used_after_death": _("去世后账户仍被亲属使用的比例"), "hardly_seen": _("在世但几乎没有迹象的比例"),
             "delivered": _("数据送达的比例"), "latest_days": _("最晚迟到的天数")}
    return [(words[name], value) for name, value in ASSUMED.items()]
