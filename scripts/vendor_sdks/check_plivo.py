# requires: plivo==4.63.0
import os

import plivo
import plivo.rest.client
from common import refused

# Before each request, the SDK resets the client's attribute to one of these.
for name in ("PLIVO_API_BASE_URI", "API_VOICE_BASE_URI"):
    assert hasattr(plivo.rest.client, name)
    setattr(plivo.rest.client, name, os.environ["PLIVO_BASE_URL"] + "/v1/Account")

def connect(token):
    return plivo.RestClient(os.environ["PLIVO_AUTH_ID"], token)

client = connect(os.environ["PLIVO_AUTH_TOKEN"])
assert len(list(client.numbers.list(limit=20))) == 3
assert [one.number for one in client.numbers.list(number_startswith="1760")] == ["17609915566"]
found = client.numbers.get("17609915566")
application = found.application.rstrip("/").rsplit("/", 1)[-1]
# An update without an application assigns the default one.
client.numbers.update("17609915566", alias="Front desk")
assert application not in client.numbers.get("17609915566").application
client.numbers.update("17609915566", app_id=application)
assert application in client.numbers.get("17609915566").application
assert len(list(client.applications.list())) == 2
refused(lambda: client.numbers.get("13125550199"), plivo.exceptions.ResourceNotFoundError)
refused(lambda: connect("wrong").numbers.list(), plivo.exceptions.AuthenticationError)
