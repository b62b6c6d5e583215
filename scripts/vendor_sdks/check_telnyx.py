# requires: telnyx==4.189.0
import telnyx
from common import refused

client = telnyx.Telnyx()  # TELNYX_API_KEY and TELNYX_BASE_URL
numbers = list(client.phone_numbers.list())
assert len(numbers) == 4, numbers
[found] = list(client.phone_numbers.list(filter={"phone_number": "19705555098"}))
assert found.phone_number == "+19705555098"
# A filter with a plus matches nothing.
assert list(client.phone_numbers.list(filter={"phone_number": "+19705555098"})) == []
assert client.phone_numbers.retrieve(found.id).data.status == "active"
connections = list(client.connections.list())
other = next(one.id for one in connections if one.id != found.connection_id)
assert client.phone_numbers.update(found.id, connection_id=other).data.connection_id == other
assert client.phone_numbers.voice.retrieve(found.id).data.connection_id == other
refused(lambda: client.phone_numbers.retrieve("1"), telnyx.NotFoundError)
wrong = telnyx.Telnyx(api_key="KEYwrong", max_retries=0)
refused(lambda: list(wrong.phone_numbers.list()), telnyx.AuthenticationError)
