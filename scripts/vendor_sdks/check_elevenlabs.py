# requires: elevenlabs==2.78.0
import os

from common import refused
from elevenlabs import ElevenLabs
from elevenlabs.conversational_ai.phone_numbers import (
    PhoneNumbersCreateRequestBody_SipTrunk as SipTrunk,
    PhoneNumbersCreateRequestBody_Twilio as Twilio,
)
from elevenlabs.core.api_error import ApiError

AGENTS = ["agent_3701k3ttaq12ewp8b7qv5rfyszkz", "agent_5801k3ttb0zve5mvvmrf7rhzzq9k"]
NUMBER = "+14155552671"


def connect(key):
    # The SDK reads no variable for the base URL.
    return ElevenLabs(api_key=key, base_url=os.environ["ELEVENLABS_BASE_URL"]).conversational_ai.phone_numbers


def status(call):
    return refused(call, ApiError).status_code


numbers = connect(os.environ["ELEVENLABS_API_KEY"])
login = {"sid": os.environ["TWILIO_ACCOUNT_SID"], "token": os.environ["TWILIO_AUTH_TOKEN"]}
twilio = Twilio(phone_number=NUMBER, label="Front desk", enable_sms=False, **login)
first = numbers.create(request=twilio).phone_number_id
assert numbers.get(first).provider == "twilio"
# What a second import does is not documented; here it makes a second record.
second = numbers.create(request=twilio).phone_number_id
assert first != second
assert {one.phone_number_id for one in numbers.list(provider="twilio")} == {first, second}
page = numbers.list_v_2(phone_number=NUMBER, page_size=1)
assert page.has_more and len(page.phone_numbers) == 1
rest = numbers.list_v_2(phone_number=NUMBER, page_size=1, cursor=page.next_cursor)
assert not rest.has_more and rest.phone_numbers[0].phone_number_id == second
numbers.delete(second)

assert numbers.update(first, agent_id=AGENTS[0]).assigned_agent.agent_id == AGENTS[0]
updated = numbers.update(first, label="Reception", environment="staging", branch_id="agtbrch_1")
assert (updated.label, updated.assigned_agent.environment) == ("Reception", "staging")
assert numbers.update(first, agent_id=None).assigned_agent is None

config = {"address": "sip.example.com", "transport": "tcp", "credentials": {"username": "u", "password": "p"}}
trunk = SipTrunk(
    phone_number="442079460958",
    label="London",
    agent_id=AGENTS[1],
    inbound_trunk_config={"allowed_addresses": ["203.0.113.0/24"]},
    outbound_trunk_config=config,
)
london = numbers.create(request=trunk).phone_number_id
shown = numbers.get(london)
assert (shown.outbound_trunk.has_auth_credentials, shown.outbound_trunk.username) == (True, "u")
changed = numbers.update(london, outbound_trunk_config={"address": "sip.example.com"}, store_sip_messages=False)
assert (changed.outbound_trunk.transport, changed.store_sip_messages) == ("auto", False)
assert numbers.get_sip_messages(london).sip_messages == []

assert status(lambda: numbers.create(request=Twilio(phone_number="+14155550000", label="Not held", **login))) == 400
assert status(lambda: numbers.create(request=Twilio(phone_number=NUMBER, label="", sid="", token=""))) == 422
assert status(lambda: numbers.get("phnum_unknown")) == 404
assert status(lambda: connect("wrong").list()) == 401
for one in (first, london):
    numbers.delete(one)
    assert status(lambda: numbers.delete(one)) == 404
assert numbers.list() == []
