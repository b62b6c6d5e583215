# requires: vonage==4.9.1
import os

import vonage
from common import refused, tls_proxy
from vonage_application import ListApplicationsFilter
from vonage_http_client import HttpRequestError
from vonage_numbers import ListOwnedNumbersFilter, UpdateNumberParams

host = tls_proxy(os.environ["VONAGE_BASE_URL"])

def connect(secret):
    auth = vonage.Auth(api_key=os.environ["VONAGE_API_KEY"], api_secret=secret)
    return vonage.Vonage(auth, vonage.HttpClientOptions(api_host=host, rest_host=host, max_retries=0))

client = connect(os.environ["VONAGE_API_SECRET"])
numbers, count, _ = client.numbers.list_owned_numbers()
assert (len(numbers), count) == (3, 3)
one = ListOwnedNumbersFilter(pattern="447700900000", search_pattern=0)
[found], _, _ = client.numbers.list_owned_numbers(one)
applications, _ = client.application.list_applications(ListApplicationsFilter())
assert found.app_id in [application.id for application in applications]
missing = ListOwnedNumbersFilter(pattern="13125550199", search_pattern=0)
assert client.numbers.list_owned_numbers(missing) == ([], 0, None)
# An update clears the fields that it leaves out.
status = client.numbers.update_number(UpdateNumberParams(country="GB", msisdn="447700900000", app_id=found.app_id))
assert status.error_code == "200"
[after], _, _ = client.numbers.list_owned_numbers(one)
assert (after.app_id, after.mo_http_url) == (found.app_id, None)
refused(
    lambda: client.numbers.update_number(UpdateNumberParams(country="GB", msisdn="447700900009")),
    HttpRequestError,
)
refused(lambda: connect("Wrong0Secret").numbers.list_owned_numbers(), HttpRequestError)
