"""months not owed, recoveries, referrals upward."""
import sqlalchemy as sa
from alembic import op

from database.migrations.altered import altered
from database.migrations.columns import only
from database.migrations.numbers import numbered

revision, down_revision = numbered(__file__)
TRIGGERS: dict = {}


def upgrade() -> None:
    op.create_table('recovery',
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('receipt_ref', sa.String(length=60), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('amount_fen', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(length=40), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_recovery_positive')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_recovery_case_id_cases')),
    sa.PrimaryKeyConstraint('case_id', 'receipt_ref', 'month', name=op.f('pk_recovery'))
    )
    with altered('benefit_month') as batch:
        batch.add_column(sa.Column('owed', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.add_column(sa.Column('claimed_by_decision_id', sa.Integer(), nullable=True))
        batch.create_index('ix_benefit_month_overpaid', ['case_id', 'month'], unique=False,
                           **only('overpaid > recovered'))
        batch.create_foreign_key(batch.f('fk_benefit_month_claimed_by_decision_id_decision'), 'decision',
                                 ['claimed_by_decision_id'], ['id'])

    with altered('benefit_month') as batch:
        batch.alter_column('owed', server_default=None)

    with altered('cases') as batch:
        batch.create_index('ix_cases_withheld', ['paying_office_id', 'withheld_from'], unique=False,
                           **only("state in ('suspended','stopped')"))

    with altered('decision') as batch:
        batch.add_column(sa.Column('referred_to_id', sa.Integer(), nullable=True))
        batch.add_column(sa.Column('referred_path', sa.String(length=120), nullable=True))
        batch.add_column(sa.Column('referred_on', sa.Date(), nullable=True))
        batch.create_index('ix_decision_referred', ['referred_path', 'id'], unique=False,
                           **only('referred_path is not null'))
        batch.create_foreign_key(batch.f('fk_decision_referred_to_id_office'), 'office', ['referred_to_id'], ['id'])
    with altered('benefit_month', without_checks=()) as batch:
        batch.create_check_constraint(op.f('ck_benefit_month_owed'),
                                      'owed or (paid = 0 and withheld = back_paid + forfeited)')
