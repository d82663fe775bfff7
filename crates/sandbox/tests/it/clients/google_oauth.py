"""google-auth-oauthlib against the stand-in for Google: the code flow of a program on somebody's machine.

Usage: google_oauth.py SANDBOX.JSON. Signs in at the consent page as a browser would.
"""

import html.parser
import http.cookiejar
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import google.auth.transport.requests
import google.oauth2.credentials
import google.oauth2.id_token
from google.auth.exceptions import RefreshError
from google_auth_oauthlib.flow import Flow, InstalledAppFlow
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError, OAuth2Error

from support import Checks, described

# The stand-in is on this machine, and may add "openid" scopes in another order.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
sandbox = described(sys.argv[1])
root, ada, oauth = sandbox["google"]["root"], sandbox["google"]["users"][0], sandbox["oauth"]
SCOPES = ["https://www.googleapis.com/auth/calendar", "openid", "https://www.googleapis.com/auth/userinfo.email"]
check = Checks()


def client(kind, identity, **more):
    return {kind: {
        "client_id": identity, "auth_uri": root + "o/oauth2/v2/auth", "token_uri": root + "token",
        "redirect_uris": [oauth["redirect_uri"], "http://localhost"], **more,
    }}


class Form(html.parser.HTMLParser):
    """The hidden fields of a page's form."""

    def __init__(self, text):
        super().__init__()
        self.fields = {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input" and attributes.get("type") == "hidden":
            self.fields[attributes["name"]] = attributes.get("value", "")


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def decide(url, decision="allow"):
    """What a browser is sent to, once somebody has signed in and decided."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(jar, Stay)
    page = browser.open(url).read().decode()
    fields = Form(page).fields | {"email": ada["email"], "password": ada["password"], "decision": decision}
    try:
        browser.open(url, urllib.parse.urlencode(fields).encode())
    except urllib.error.HTTPError as answer:
        if answer.code in (302, 303):
            return answer.headers["Location"]
        raise
    raise AssertionError("the page did not send the browser on")


def calendars(token):
    request = urllib.request.Request(root + "calendar/v3/users/me/calendarList", headers={"Authorization": f"Bearer {token}"})
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code


def web():
    config = client("web", oauth["client_id"], client_secret=oauth["client_secret"])
    flow = Flow.from_client_config(config, SCOPES, redirect_uri=oauth["redirect_uri"], autogenerate_code_verifier=True)
    url, state = flow.authorization_url(access_type="offline", prompt="consent", include_granted_scopes="true", login_hint=ada["email"])
    check("PKCE", "code_challenge_method=S256" in url, url)
    location = decide(url)
    back = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    check.same("state", back.get("state"), state)
    check("scope comes back", "https://www.googleapis.com/auth/calendar" in back.get("scope", "").split(), back)
    flow.fetch_token(authorization_response=location)
    credentials = flow.credentials
    check("tokens", credentials.token and credentials.refresh_token and credentials.valid, credentials)
    check("scopes", set(SCOPES) <= set(credentials.granted_scopes or credentials.scopes), credentials.granted_scopes)
    left = credentials.expiry.timestamp() - time.time() + time.timezone
    check("an hour", 3000 < left <= 3610, left)
    check.same("the token works", calendars(credentials.token), 200)
    check("an id token", credentials.id_token and credentials.id_token.count(".") == 2, credentials.id_token)

    first = credentials.token
    credentials.refresh(google.auth.transport.requests.Request())
    check("refreshed", credentials.token != first and credentials.refresh_token, credentials)
    check.same("the new token works", calendars(credentials.token), 200)
    again = google.oauth2.credentials.Credentials.from_authorized_user_info(
        {"client_id": oauth["client_id"], "client_secret": oauth["client_secret"], "refresh_token": credentials.refresh_token, "token_uri": root + "token"}
    )
    again._token_uri = root + "token"
    again.refresh(google.auth.transport.requests.Request())
    check.same("kept credentials work", calendars(again.token), 200)

    twice = Flow.from_client_config(config, SCOPES, redirect_uri=oauth["redirect_uri"])
    twice.code_verifier = flow.code_verifier
    try:
        twice.fetch_token(code=back["code"])
        check("a code is good once", False, "accepted")
    except InvalidGrantError:
        check("a code is good once", True)

    fresh = Flow.from_client_config(config, SCOPES, redirect_uri=oauth["redirect_uri"], autogenerate_code_verifier=True)
    url, _ = fresh.authorization_url(access_type="offline", prompt="consent")
    code = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(decide(url)).query))["code"]
    other = Flow.from_client_config(config, SCOPES, redirect_uri=oauth["redirect_uri"])
    other.code_verifier = "x" * 64
    try:
        other.fetch_token(code=code)
        check("another verifier", False, "accepted")
    except InvalidGrantError:
        check("another verifier", True)
    fresh.fetch_token(code=code)
    lost = fresh.credentials
    answer = urllib.request.urlopen(root + "revoke", urllib.parse.urlencode({"token": lost.refresh_token}).encode())
    check.same("revoke", answer.status, 200)
    try:
        lost.refresh(google.auth.transport.requests.Request())
        check("revoked", False, "still good")
    except RefreshError as error:
        check("revoked", "invalid_grant" in str(error), error)
    check.same("its access token is gone, too", calendars(lost.token), 401)
    try:
        urllib.request.urlopen(root + "revoke", b"token=nonsense")
        check("revoke of nothing", False, "accepted")
    except urllib.error.HTTPError as error:
        check.same("revoke of nothing", error.code, 400)


def refused():
    config = client("web", oauth["client_id"], client_secret="wrong")
    flow = Flow.from_client_config(config, SCOPES, redirect_uri=oauth["redirect_uri"], autogenerate_code_verifier=True)
    url, _ = flow.authorization_url(access_type="offline", prompt="consent")
    location = decide(url)
    try:
        flow.fetch_token(authorization_response=location)
        check("a wrong secret", False, "accepted")
    except InvalidClientError:
        check("a wrong secret", True)
    flow = Flow.from_client_config(config, SCOPES, redirect_uri=oauth["redirect_uri"], autogenerate_code_verifier=True)
    url, _ = flow.authorization_url(access_type="offline", prompt="consent")
    denied = decide(url, "deny")
    check("denied", "error=access_denied" in denied, denied)
    try:
        flow.fetch_token(authorization_response=denied)
        check("denied", False, "accepted")
    except OAuth2Error:
        check("denied", True)


def installed():
    """A program without a secret, which waits on a port of its own."""
    config = client("installed", oauth["public_client_id"], client_secret="")
    flow = InstalledAppFlow.from_client_config(config, SCOPES, autogenerate_code_verifier=True)
    import webbrowser

    class Browser:
        def open(self, url, **_):
            def visit():
                urllib.request.urlopen(decide(url)).read()

            threading.Thread(target=visit, daemon=True).start()
            return True

    webbrowser.register("sandbox", None, Browser())
    credentials = flow.run_local_server(port=0, browser="sandbox", access_type="offline", prompt="consent", authorization_prompt_message=None, timeout_seconds=20)
    check("an installed program", credentials.token and credentials.refresh_token, credentials)
    check.same("its token works", calendars(credentials.token), 200)
    credentials.refresh(google.auth.transport.requests.Request())
    check.same("its new token works", calendars(credentials.token), 200)


check.run(web, refused, installed)
check.finish()
