# requires: retell-sdk==6.2.13
import os

import retell
from common import refused

# The SDK repeats writes after 408, 409, 429 and 5xx; nothing here needs it.
client = retell.Retell(api_key=os.environ["RETELL_API_KEY"], max_retries=0)  # RETELL_BASE_URL
NUMBER = "+14155552671"
made = client.phone_number.import_(
    phone_number=NUMBER,
    termination_uri="acme.pstn.twilio.com",
    sip_trunk_auth_username="user",
    sip_trunk_auth_password="password",
    ignore_e164_validation=False,
    nickname="Front desk",
    inbound_agents=[{"agent_id": "agent_a1b2", "weight": 1}],
)
assert made.phone_number_type == "custom" and made.nickname == "Front desk", made
found = client.phone_number.retrieve(NUMBER)
assert found.sip_outbound_trunk_config.auth_username == "user"
assert found.inbound_agents[0].agent_id == "agent_a1b2"
assert "password" not in found.to_json()
again = refused(
    lambda: client.phone_number.import_(phone_number=NUMBER, termination_uri="acme.pstn.twilio.com"),
    retell.BadRequestError,
)
assert "already exists" in str(again)
bought = client.phone_number.create(area_code=628)
assert bought.phone_number_type == "retell-twilio"
page = client.phone_number.list(limit=1)
assert page.has_more and len(page.items) == 1, page
rest = client.phone_number.list(limit=1, pagination_key=page.pagination_key)
assert {one.phone_number for one in page.items + rest.items} == {NUMBER, bought.phone_number}
changed = client.phone_number.update(NUMBER, nickname="Reception", auth_username="user", auth_password="another")
assert changed.nickname == "Reception"
cleared = client.phone_number.update(NUMBER, nickname=None, inbound_agents=None)
assert cleared.nickname is None and not cleared.inbound_agents
assert client.phone_number.delete(NUMBER) is None
refused(lambda: client.phone_number.retrieve(NUMBER), retell.NotFoundError)
refused(lambda: client.phone_number.delete(NUMBER), retell.NotFoundError)
wrong = retell.Retell(api_key="wrong", max_retries=0)
refused(lambda: wrong.phone_number.retrieve(NUMBER), retell.AuthenticationError)
