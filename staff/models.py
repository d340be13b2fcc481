"""People of the agency: offices, natural persons, accounts, grants, sessions, declared relatives."""
from __future__ import annotations

from datetime import date, datetime

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database import db
from database.types import Encrypted, OfficePath, UtcDateTime, now, public_id


class Office(db.Model):
    """A node of the tree (GB/T 2260 and below). `path` = codes from the top, each followed by "/"."""

    __tablename__ = "office"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(12))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("office.id"))
    path: Mapped[OfficePath] = mapped_column(unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    address: Mapped[str | None] = mapped_column(String(200))
    parent: Mapped[Office | None] = relationship(remote_side=[id])


class NaturalPerson(db.Model):
    """One human being, by the blind index of a check-digit-valid ID number; staff and pensioners alike."""

    __tablename__ = "natural_person"
    id: Mapped[int] = mapped_column(primary_key=True)
    id_number_index: Mapped[str] = mapped_column(String(64), unique=True)


class StaffAccount(UserMixin, db.Model):
    __tablename__ = "staff_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    natural_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"), index=True)
    id_number: Mapped[str] = mapped_column(Encrypted)
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    active: Mapped[bool] = mapped_column(default=True)
    password_temporary: Mapped[bool] = mapped_column(default=False)  # chosen by somebody else: to be changed first
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    office: Mapped[Office] = relationship()
    natural_person: Mapped[NaturalPerson] = relationship()
    grants: Mapped[list[RoleGrant]] = relationship(foreign_keys="RoleGrant.account_id", back_populates="account")

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        return self.public_id


class RoleGrant(db.Model):
    """A role in an area (the office and all below it): applied for, checked, approved, by different persons."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("status in ('applied','checked','active','rejected','revoked')", name="status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    office_id: Mapped[int] = mapped_column(ForeignKey("office.id"))
    status: Mapped[str] = mapped_column(String(10), default="applied")
    applied_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff_account.id"))
    applied_on: Mapped[date]
    effective_on: Mapped[date | None]
    revoked_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    account: Mapped[StaffAccount] = relationship(foreign_keys=[account_id], back_populates="grants")
    applicant: Mapped[StaffAccount | None] = relationship(foreign_keys=[applied_by])
    checker: Mapped[StaffAccount | None] = relationship(foreign_keys=[checked_by])
    office: Mapped[Office] = relationship()


class StaffSession(db.Model):
    """A server-side session: revocable, with idle and absolute expiry. Only the token's hash is kept."""

    __tablename__ = "staff_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account: Mapped[StaffAccount] = relationship()


class SignInAttempt(db.Model):
    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))  # HMAC of the user name, or of the address
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ok: Mapped[bool]


class DeclaredRelative(db.Model):
    """A relationship a member of staff declared (yearly): bars both ways (P3)."""

    __tablename__ = "declared_relative"
    __table_args__ = (UniqueConstraint("natural_person_id", "relative_person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    natural_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"), index=True)
    relative_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"), index=True)
    kinship: Mapped[str] = mapped_column(String(30))
    declared_on: Mapped[date]
    ended_on: Mapped[date | None]


class TrainingRecord(db.Model):
    """Class hours of one person and how the assessment ended (JS 4.2). Never changed, never about oneself.

    `office_path`: where the person worked then. outcome: passed, failed, or none where nothing was assessed.
    """

    __tablename__ = "training_record"
    __table_args__ = (
        CheckConstraint("class_hours > 0", name="positive"),
        CheckConstraint("outcome in ('passed','failed','none')", name="outcome"),
        CheckConstraint("recorded_by_person <> natural_person_id", name="two_persons"),
        Index("ix_training_record_person", "natural_person_id", "on"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=public_id)
    natural_person_id: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    office_path: Mapped[OfficePath]
    on: Mapped[date]
    topic: Mapped[str] = mapped_column(String(120))
    way: Mapped[str] = mapped_column(String(20))
    class_hours: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    recorded_by_person: Mapped[int] = mapped_column(ForeignKey("natural_person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    account: Mapped[StaffAccount] = relationship(foreign_keys=[account_id])
    recorder: Mapped[StaffAccount] = relationship(foreign_keys=[recorded_by])
