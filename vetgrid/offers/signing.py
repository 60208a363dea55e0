"""Dynamic codes are signed with the installation's own key (HMAC-SM3, from the key file) and tell forged from foreign from expired."""

import hmac
import time
from dataclasses import dataclass

from django.conf import settings

from vetgrid.core.crypto import keyring
from vetgrid.offers.policy import policy
from vetgrid.offers.rules import MAC_BYTES, CodeBody, is_current, read_code, step_at

_PURPOSE = "offer_code"

SENTENCES = {
    "unreadable": "这不是优待码。请让对方打开小程序里的“我的优待码”,重新扫描,或输入码下面的8位数字。",
    "mistyped": "数字输错了一位,请对照屏幕重新输入。",
    "foreign": "这是外地平台的优待码,本平台不能核验。请核对对方的优待证。",
    "forged": "这个码不是本平台签发的(伪造或被改动),不能使用。请让对方打开小程序重新出示。",
    "expired": "这个码已经过期。请让对方刷新后重新出示。",
    "replayed": "这个码已经用过一次,不能再用。请让对方刷新后重新出示;如果是截图或照片,请不要接受。",
    "unknown": "没有这个数字对应的优待码,或者已经过期。请让对方刷新后重新出示。",
    "not_entitled": "对方是优待对象,但不属于这项优惠的对象范围。请看优惠说明,或换一项优惠。",
    "sold_out": "这项优惠的名额已经用完。",
    "closed": "这项优惠现在没有公示或已过有效期,不能核销。请联系服务站。",
    "locked": "连续多次核验失败,暂停核验几分钟。请稍后再试,或联系服务站。",
}
"""What the merchant reads for each verdict; no two are alike."""


@dataclass(frozen=True)
class Checked:
    """A scanned text after the checks that need no database: `verdict` is '' when it is genuine and current."""

    verdict: str
    opaque: int | None = None


def own_county() -> int:
    return int(settings.INSTANCE.county)


def signed(body: CodeBody) -> str:
    return body.shown(keyring().index_of(body.text, purpose=_PURPOSE))


def check(text: str, *, at: float | None = None) -> Checked:
    """Real time, never the demo's stopped day: a code's life is counted in seconds."""
    found = read_code(text)
    if found is None:
        return Checked("unreadable")
    body, mac = found
    if body.county != own_county():
        return Checked("foreign")
    if not any(hmac.compare_digest(mac, own[:MAC_BYTES]) for own in keyring().indexes_of(body.text, purpose=_PURPOSE)):
        return Checked("forged")
    moment = time.time() if at is None else at
    if not is_current(body.step, at=moment, grace=policy().grace_seconds):
        return Checked("expired", body.opaque)
    return Checked("", body.opaque)


def current_step() -> int:
    """The step to sign for now; near the end of a step already the next one, so that nobody is shown a code that dies at once."""
    return step_at(time.time() + policy().ahead_seconds)
