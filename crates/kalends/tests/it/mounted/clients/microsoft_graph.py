"""MSAL and msgraph-sdk against a hub behind a proxy with TLS, as README.md says. The proxy is this program's own.

Usage: microsoft_graph.py PORT HUB_PORT CLIENT SECRET REDIRECT. Prints an address to consent at and reads where the browser was
sent. Ends by printing "done".
"""

import asyncio
import datetime
import ipaddress
import os
import pathlib
import socket
import ssl
import sys
import tempfile
import threading
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

port, hub_port, client, secret, redirect = sys.argv[1:]
folder = pathlib.Path(tempfile.mkdtemp())


def certificate():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    builder = builder.add_extension(names, False).add_extension(x509.BasicConstraints(True, None), True)
    made = builder.sign(key, hashes.SHA256())
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*forms))
    return str(folder / "ca.pem"), str(folder / "key.pem")


def pass_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


def proxy(ca, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(ca, key)
    server = socket.create_server(("127.0.0.1", int(port)))

    def one(plain):
        try:
            near = context.wrap_socket(plain, server_side=True)
            far = socket.create_connection(("127.0.0.1", int(hub_port)))
        except OSError:
            return
        threading.Thread(target=pass_on, args=(near, far), daemon=True).start()
        threading.Thread(target=pass_on, args=(far, near), daemon=True).start()

    def accept():
        while True:
            threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


ca, key = certificate()
proxy(ca, key)
os.environ["SSL_CERT_FILE"] = ca

import httpx
import msal
from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.event import Event

root = f"https://localhost:{port}/microsoft/"
app = msal.ConfidentialClientApplication(
    client, client_credential=secret, authority=root + "common", instance_discovery=False, verify=ca
)
flow = app.initiate_auth_code_flow(["Calendars.ReadWrite", "User.Read"], redirect_uri=redirect)
print(flow["auth_uri"], flush=True)
answer = dict(parse_qsl(urlsplit(sys.stdin.readline().strip()).query))
granted = app.acquire_token_by_auth_code_flow(flow, answer)
assert "access_token" in granted, granted
assert granted["id_token_claims"]["iss"].startswith(root), granted["id_token_claims"]
[account] = app.get_accounts()
again = app.acquire_token_silent(["Calendars.ReadWrite"], account, force_refresh=True)
assert again["access_token"] != granted["access_token"], again


class Token(AccessTokenProvider):
    async def get_authorization_token(self, uri, additional_authentication_context={}):
        return again["access_token"]

    def get_allowed_hosts_validator(self):
        return AllowedHostsValidator([])


async def main():
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token()))
    adapter.base_url = root + "v1.0"
    graph = GraphServiceClient(request_adapter=adapter)
    me = await graph.me.get()
    assert me.mail == "owner@localhost", me
    [practice] = [c for c in (await graph.me.calendars.get()).value if c.name == "Practice"]
    events = graph.me.calendars.by_calendar_id(practice.id).events
    at = lambda hour: DateTimeTimeZone(date_time=f"2026-12-01T{hour}:00:00", time_zone="UTC")
    for hour in ("09", "11", "13"):
        await events.post(Event(subject=hour, start=at(hour), end=at(int(hour) + 1)))
    subjects, page = [], await events.get()
    while page:
        subjects += [event.subject for event in page.value]
        page = await events.with_url(page.odata_next_link).get() if page.odata_next_link else None
    assert sorted(subjects) == ["09", "11", "13"], subjects
    first = await httpx.AsyncClient(verify=ssl.create_default_context(cafile=ca)).get(
        f"{root}v1.0/me/calendars/{practice.id}/events?$top=1",
        headers={"Authorization": f"Bearer {again['access_token']}"},
    )
    link = first.json()["@odata.nextLink"]
    assert link.startswith(root), link
    page = await events.with_url(link).get()
    assert len(page.value) == 1, page


asyncio.run(main())
print("done")
