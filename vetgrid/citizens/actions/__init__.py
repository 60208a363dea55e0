"""Do: every change of accounts, bindings, authorities and campaigns is one function here."""

from vetgrid.citizens.actions.assisting import assist, for_person
from vetgrid.citizens.actions.authority import Entrusting, give_authority, record_authority, revoke_authority
from vetgrid.citizens.actions.binding import Claim, bind, decide_binding, end_binding
from vetgrid.citizens.actions.campaigns import (
    CampaignText,
    close_campaign,
    edit_campaign,
    make_campaign,
    open_campaign,
    save_reply,
    values_of,
)
from vetgrid.citizens.actions.signing_in import (
    agree,
    close_account,
    end_session,
    send_code,
    set_mode,
    sign_in_with_code,
    sign_in_with_wechat,
)

__all__ = [
    "CampaignText",
    "Claim",
    "Entrusting",
    "agree",
    "assist",
    "bind",
    "close_account",
    "close_campaign",
    "decide_binding",
    "edit_campaign",
    "end_binding",
    "end_session",
    "for_person",
    "give_authority",
    "make_campaign",
    "open_campaign",
    "record_authority",
    "revoke_authority",
    "save_reply",
    "send_code",
    "set_mode",
    "sign_in_with_code",
    "sign_in_with_wechat",
    "values_of",
]
