"""What happens to a file: opened, corrected, asked for, moved, merged and parted again."""

from datetime import date

import pytest
from django.db import connection

from tests import builders as make
from vetgrid.audit.models import Entry
from vetgrid.core.errors import Conflict, Invalid, NotAllowed, NotFound
from vetgrid.core.scope import acting
from vetgrid.registry import actions, queries
from vetgrid.registry.actions.requests import Proof
from vetgrid.registry.actions.writing import Origin
from vetgrid.registry.models import Consent, Duplicate, Identity, Person, Phone, Service

pytestmark = pytest.mark.django_db
TODAY = make.TODAY
ID = make.id_number("35058119650312001")
CARD = Origin("id_card")


def check_now():
    """What the database checks at commit, checked at once."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def clerk():
    make.county()
    make.cell(make.VILLAGE_A1)
    return make.actor("village_clerk", make.VILLAGE_A1, "林专干")


@pytest.fixture
def head():
    return make.actor("town_head", make.TOWN_A, "陈站长")


def registered(clerk, **more):
    values = {
        "identity.name": "蔡建国",
        "identity.id_number": ID,
        "phone.number": "13800001111",
        "service.enlisted_on": "1983年10月",
    }
    return actions.register(
        division=make.VILLAGE_A1, values=values | more, origin=CARD, is_veteran=True, by=clerk, today=TODAY
    )


def test_a_new_file_fills_birth_and_sex_from_the_id_number_and_can_be_found_four_ways(clerk):
    with acting(clerk):
        found = registered(clerk)
        check_now()
        assert (found.refresh_from_db(), found.born_on, found.sex) == (None, "1965-03-12", "1")
        for text in ("建国", "蔡", "caij", "cjg", ID, "13800001111"):
            asked = queries.PeopleFilter(text=text)
            assert [row.id for row in queries.people(asked, seen_by=clerk, today=TODAY)] == [found.id], text
        for text in ("国建", "jianguo", "13800001112", "350581199001010000"):
            assert not queries.people(queries.PeopleFilter(text=text), seen_by=clerk, today=TODAY), text


def test_the_same_id_number_is_not_registered_twice_unless_the_clerk_insists(clerk):
    with acting(clerk):
        registered(clerk)
        with pytest.raises(Conflict, match="身份证号与蔡建国的档案相同"):
            registered(clerk)
        registered_again = actions.register(
            division=make.VILLAGE_A1,
            values={"identity.name": "蔡建国", "identity.id_number": ID},
            origin=CARD,
            is_veteran=False,
            by=clerk,
            today=TODAY,
            even_if_similar=True,
        )
        assert registered_again.id


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("identity.id_number", ID[:-1] + str((int(ID[-1]) + 1) % 10), "最后一位校验不符"),
        ("identity.id_number", "3505811965", "应为18位"),
        ("identity.sex", "2", "性别与身份证号不一致"),
        ("identity.name", "Smith", "姓名只能用汉字"),
        ("phone.number", "12345", "电话应为11位"),
        ("service.enlisted_on", "2099-01", "不能晚于今天"),
    ],
)
def test_wrong_input_is_a_sentence_and_nothing_is_written(clerk, key, text, sentence):
    with acting(clerk):
        with pytest.raises(Invalid, match=sentence):
            registered(clerk, **{key: text})
        assert not Person.objects.exists()
        assert not Identity.objects.exists()


def test_a_correction_keeps_the_old_value_in_the_history_and_a_past_moment_can_be_asked_for(clerk):
    with acting(clerk):
        found = registered(clerk)
        moment = Phone.objects.get().known_since
        actions.write_fact(
            person_id=found.id,
            section_key="phone",
            values={"number": "13900002222"},
            origin=CARD,
            by=clerk,
            today=TODAY,
        )
        found.refresh_from_db()
        assert found.phone.reveal() == "13900002222"
        versions = queries.history_of(found, "phone", seen_by=clerk)
        assert [version.number.reveal() for version in versions] == ["13900002222", "13800001111"]
        then = {part.section.key: part.facts for part in queries.file_of(found, seen_by=clerk, known_at=moment)}
        assert then["phone"][0].number.reveal() == "13800001111"


def test_two_clerks_who_edit_the_same_file_do_not_overwrite_each_other(clerk):
    with acting(clerk):
        found = registered(clerk)
        found.refresh_from_db()
        seen = found.version
        actions.write_fact(
            person_id=found.id,
            section_key="situation",
            values={"politics": "群众"},
            origin=CARD,
            by=clerk,
            today=TODAY,
            version=seen,
        )
        with pytest.raises(Conflict, match="刚被他人修改过"):
            actions.write_fact(
                person_id=found.id,
                section_key="situation",
                values={"politics": "中共党员"},
                origin=CARD,
                by=clerk,
                today=TODAY,
                version=seen,
            )


def test_a_field_that_demands_proof_changes_only_after_another_person_approved(clerk, head):
    with acting(clerk):
        found = registered(clerk)
        service = Service.objects.get()
        values = {"enlisted_on": "1982-10"}
        with pytest.raises(Conflict, match="需要证明材料"):
            actions.write_fact(
                person_id=found.id,
                section_key="service",
                fact_id=service.id,
                values=values,
                origin=CARD,
                by=clerk,
                today=TODAY,
            )
        with pytest.raises(Invalid, match="不能用这种证明"):
            actions.ask_change(
                person_id=found.id,
                section_key="service",
                fact_id=service.id,
                values=values,
                proof=Proof("bank_card"),
                origin=CARD,
                by=clerk,
                today=TODAY,
            )
        asked = actions.ask_change(
            person_id=found.id,
            section_key="service",
            fact_id=service.id,
            values=values,
            proof=Proof("archive"),
            origin=Origin("archive"),
            by=clerk,
            today=TODAY,
        )
        with pytest.raises(NotAllowed):
            actions.decide_change(request_id=asked.id, approve=True, note="", by=clerk, today=TODAY)
    with acting(head):
        actions.decide_change(request_id=asked.id, approve=True, note="", by=head, today=TODAY)
        current = Service.objects.get(known_until=None)
        assert (current.enlisted_on, current.source, current.batch) == ("1982-10", "archive", asked.id)
        with pytest.raises(Conflict, match="已经处理过"):
            actions.decide_change(request_id=asked.id, approve=False, note="x", by=head, today=TODAY)


def test_nobody_decides_on_his_own_request(head):
    make.county()
    found = make.veteran(make.VILLAGE_A1)
    with acting(head):
        asked = actions.ask_death(
            person_id=found.id, died_on="2023-12", proof=Proof("death_paper"), source="relative", by=head, today=TODAY
        )
        with pytest.raises(NotAllowed, match="另一位"):
            actions.decide_change(request_id=asked.id, approve=True, note="", by=head, today=TODAY)


def test_a_death_counts_only_when_a_second_person_confirmed_it(clerk, head):
    found = make.veteran(make.VILLAGE_A1)
    with acting(clerk):
        asked = actions.ask_death(
            person_id=found.id, died_on="2023-12", proof=Proof("death_paper"), source="relative", by=clerk, today=TODAY
        )
        found.refresh_from_db()
        assert found.died_on is None
    with acting(head):
        actions.decide_change(request_id=asked.id, approve=True, note="", by=head, today=TODAY)
        found.refresh_from_db()
        assert found.died_on == "2023-12"
        check_now()


def test_a_person_who_moves_takes_every_fact_along_and_the_old_village_sees_nothing_more(clerk):
    make.cell(make.VILLAGE_B1)
    city = make.actor("city_clerk", make.COUNTY, "市专干")
    town = make.actor("town_head", make.TOWN_A, "站长")
    with acting(clerk):
        found = registered(clerk)
        asked = actions.ask_move(
            person_id=found.id,
            to_division=make.VILLAGE_B1,
            moved_on=date(2023, 12, 1),
            reason="购房",
            by=clerk,
            today=TODAY,
        )
    with acting(town), pytest.raises(NotAllowed, match="跨镇"):
        actions.decide_move(request_id=asked.id, approve=True, note="", by=town, today=TODAY)
    with acting(city):
        actions.decide_move(request_id=asked.id, approve=True, note="", by=city, today=TODAY)
        check_now()
        assert {row.division for row in (*Identity.objects.all(), *Phone.objects.all(), *Service.objects.all())} == {
            make.VILLAGE_B1
        }
    with acting(clerk), pytest.raises(NotFound):
        queries.person(found.id, seen_by=clerk)


def test_unmasking_needs_a_reason_and_leaves_a_line_in_the_trail(clerk):
    with acting(clerk):
        found = registered(clerk)
        fact = Identity.objects.get()
        with pytest.raises(Invalid, match="查看原因"):
            actions.unmask(
                person_id=found.id, field_key="identity.id_number", fact_id=fact.id, reason=" ", by=clerk, today=TODAY
            )
        text = actions.unmask(
            person_id=found.id,
            field_key="identity.id_number",
            fact_id=fact.id,
            reason="核对证件",
            by=clerk,
            today=TODAY,
        )
        assert text == ID
    with acting(make.system()):
        sight = Entry.objects.get(verb="registry.unmask")
        assert (sight.person, sight.reason, sight.actor_name, sight.after) == (
            found.id,
            "核对证件",
            "林专干",
            {"field": "identity.id_number"},
        )


def snapshot():
    with acting(make.system()):
        people = sorted(Person.objects.values_list("id", "name", "phone_index", "is_veteran", "merged_into", "born_on"))
        facts = sorted(
            (str(row["id"]), str(row["person"]), row["division"], str(row["known_until"]))
            for model in (Identity, Phone, Service, Consent)
            for row in _rows(model)
        )
        return people, facts


def _rows(model):
    keys = ["id", "person", "division"] + (["known_until"] if model is not Consent else [])
    return [{"known_until": None} | row for row in model.objects.values(*keys)]


def test_a_merge_followed_by_its_undo_leaves_everything_as_before(clerk, head):
    with acting(clerk):
        one = registered(clerk)
        other = actions.register(
            division=make.VILLAGE_A1,
            values={"identity.name": "蔡建国", "phone.number": "13900002222", "service.enlisted_on": "1983"},
            origin=CARD,
            is_veteran=True,
            by=clerk,
            today=TODAY,
        )
        actions.give_consent(person_id=other.id, purpose="photo", way="counter", by=clerk, today=TODAY)
    before = snapshot()
    with acting(head):
        done = actions.merge(kept_id=one.id, absorbed_id=other.id, by=head, today=TODAY)
        check_now()
        one.refresh_from_db()
        assert one.phone.reveal() == "13800001111"
        assert Service.objects.filter(person=one, known_until=None).count() == 2
        assert Consent.objects.get().person_id == one.id
        actions.undo_merge(merge_id=done.id, by=head, today=TODAY)
        check_now()
    assert snapshot() == before


def test_duplicates_are_found_by_id_by_name_and_birth_by_sound_and_by_a_slip_of_the_pen(head):
    make.county()
    make.cell(make.VILLAGE_A1)
    first = make.person(make.VILLAGE_A1, "蔡建国", id_number=ID)
    make.person(make.VILLAGE_A2, "蔡建囯", id_number=ID, born_on="1965-03")
    make.person(make.VILLAGE_A2, "蔡建国", id_number=make.id_number("35058119650312003"), born_on="1965")
    make.person(make.VILLAGE_A1, "蔡健国")
    make.person(make.VILLAGE_A2, "蔡建国")
    with acting(head):
        assert actions.find_duplicates(division=make.TOWN_A, by=head, today=TODAY) == Duplicate.objects.count()
        assert actions.find_duplicates(division=make.TOWN_A, by=head, today=TODAY) == 0
        reasons = set(Duplicate.objects.values_list("reason", flat=True))
        assert {"same_id", "same_name_and_birth", "similar_name"} <= reasons
        pair = Duplicate.objects.filter(person=first).first()
        actions.dismiss_duplicate(duplicate_id=pair.id, note="核对户口簿,不是同一人", by=head, today=TODAY)
        assert actions.find_duplicates(division=make.TOWN_A, by=head, today=TODAY) == 0


def test_a_clerk_cannot_write_into_another_village_even_by_its_id(clerk):
    foreign = make.person(make.VILLAGE_B1)
    with acting(clerk):
        with pytest.raises(NotFound):
            actions.write_fact(
                person_id=foreign.id,
                section_key="situation",
                values={"politics": "群众"},
                origin=CARD,
                by=clerk,
                today=TODAY,
            )
        with pytest.raises(NotAllowed):
            actions.register(
                division=make.VILLAGE_B1,
                values={"identity.name": "蔡建国"},
                origin=CARD,
                is_veteran=False,
                by=clerk,
                today=TODAY,
            )


def test_consent_is_withdrawn_as_easily_as_given(clerk):
    with acting(clerk):
        found = registered(clerk)
        given = actions.give_consent(person_id=found.id, purpose="photo", way="counter", by=clerk, today=TODAY)
        with pytest.raises(Conflict):
            actions.give_consent(person_id=found.id, purpose="photo", way="counter", by=clerk, today=TODAY)
        actions.withdraw_consent(person_id=found.id, consent_id=given.id, by=clerk, today=TODAY)
        actions.give_consent(person_id=found.id, purpose="photo", way="counter", by=clerk, today=TODAY)
        assert Consent.objects.count() == 2
