"""The form that all forms are: protected against forgery, its errors in the order of its fields."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import Flask
from flask_babel import gettext as _
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import FileInput, ListWidget, Select

from workflows.transition import Refusal

csrf = CSRFProtect()

CONTROL_CLASSES = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}


class Form(FlaskForm):
    """Base of all forms. A refusal found after validation is put beside its field with `blame`;
    `refused` holds what a command gave as reasons."""

    refused: tuple[Refusal, ...] = ()

    def blame(self, name: str, message: str) -> None:
        """Adds `message` to the errors of the field `name`, or to those of the whole form when `name` is empty."""
        target = self[name] if name else self.form_errors
        if name:
            target.errors = [*target.errors, message]
        else:
            target.append(message)


class ShapeError(ValidationError):
    """A value does not have the shape it must have; the words stand beside the field."""


def errors_in_order(form: FlaskForm) -> Iterator[tuple[str, str]]:
    """(id of the element to go to, "label: words"), fields in page order, then what concerns the whole form ("")."""
    for field in form:
        yield from ((target_id(field), f"{field.label.text}{_('：')}{words}") for words in _flat(field.errors))
    yield from (("", str(words)) for words in form.form_errors)


def brings_files(form: FlaskForm) -> bool:
    """Whether the form takes a file, which no browser keeps when the page comes back."""
    return any(isinstance(field.widget, FileInput) for field in form)


def target_id(field: Field) -> str:
    """The element a reader can type into or choose: the first option of a group."""
    return f"{field.id}-0" if isinstance(field.widget, ListWidget) else field.id


def control_attributes(field: Field, hint: str | None, extra: Mapping[str, object]) -> dict[str, object]:
    """Attributes of a control: its class, what describes it, whether it is wrong. `extra` has the last word."""
    told = {"hint": hint or field.description, "error": field.errors}
    described = " ".join(f"{field.id}-{part}" for part, there in told.items() if there)
    attributes = {"class": CONTROL_CLASSES.get(_kind(field), "form-control"), "aria-describedby": described,
                  "aria-invalid": "true" if field.errors else ""}
    return {name: value for name, value in attributes.items() if value} | dict(extra)


def _kind(field: Field) -> str:
    return "select" if isinstance(field.widget, Select) else getattr(field.widget, "input_type", "")


def _flat(errors: object) -> Iterator[str]:
    for one in errors.values() if isinstance(errors, dict) else errors:
        yield from (_flat(one) if isinstance(one, (list, tuple, dict)) else (one,))


def init_app(app: Flask) -> None:
    csrf.init_app(app)
    app.jinja_env.globals.update(errors_in_order=errors_in_order, brings_files=brings_files,
                                 control_attributes=control_attributes)
