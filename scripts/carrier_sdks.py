"""Calls the sandbox with the vendors' own SDKs. Only their base URLs are changed. Run by `scripts/carrier-sdks`."""

import http.client
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import plivo
import plivo.rest.client
import telnyx
import vonage
from vonage_application import ListApplicationsFilter
from vonage_http_client import HttpRequestError
from vonage_numbers import ListOwnedNumbersFilter, UpdateNumberParams


def refused(call, error):
    """Returns the error that an SDK raises for a call that must fail."""
    try:
        call()
    except error as raised:
        return raised
    raise AssertionError(f"{call} was not refused")


def check_telnyx():
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


def check_plivo():
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


def tls_proxy(target):
    """Serves an address with TLS, because the SDK of Vonage requires it. Returns host and port."""
    address = urlsplit(target).netloc

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def forward(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            upstream = http.client.HTTPConnection(address)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            upstream.request(self.command, self.path, body, headers)
            answer = upstream.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            self.send_header("content-type", answer.getheader("content-type", ""))
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = forward

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["CERTIFICATE"], os.environ["KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"localhost:{server.server_port}"


def check_vonage():
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


for check in (check_telnyx, check_plivo, check_vonage):
    check()
    print(f"{check.__name__}: ok")
