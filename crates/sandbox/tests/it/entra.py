"""MSAL against the stand-in for Entra ID. Prints addresses to sign in at and reads where the browser was sent.

Usage: entra.py ROOT CA CLIENT SECRET REDIRECT REFRESH_TOKEN, where ROOT is https. Ends by printing "done".
"""

import ssl
import sys
from urllib.parse import parse_qsl, urlsplit

import jwt
import msal
import requests

root, ca, client, secret, redirect, ready = sys.argv[1:]
SCOPES = ["Calendars.ReadWrite", "User.Read"]


def application(kind, **more):
    # Our authority is none of Microsoft's, so there is nobody to ask about it.
    return kind(client, authority=root + "common", verify=ca, instance_discovery=False, **more)


def sign_in(app, **more):
    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=redirect, **more)
    print(flow["auth_uri"], flush=True)
    answer = dict(parse_qsl(urlsplit(sys.stdin.readline().strip()).query))
    return flow, answer


def granted(result):
    assert "error" not in result, result
    assert result["token_type"] == "Bearer", result
    return result["access_token"]


def me(token):
    answer = requests.get(root + "v1.0/me", headers={"Authorization": f"Bearer {token}"}, verify=ca)
    return answer.json().get("mail")


app = application(msal.ConfidentialClientApplication, client_credential=secret)
flow, answer = sign_in(app)
try:
    app.acquire_token_by_auth_code_flow(flow, {**answer, "state": "forged"})
    raise AssertionError("a forged state was accepted")
except ValueError:
    pass
result = app.acquire_token_by_auth_code_flow(flow, answer)
token = granted(result)
assert "Calendars.ReadWrite" in result["scope"].split(), result
assert me(token) == "ada@contoso.example"

# MSAL has compared issuer, audience, times and nonce. The signature it leaves to TLS.
keys = jwt.PyJWKClient(root + "common/discovery/v2.0/keys", ssl_context=ssl.create_default_context(cafile=ca))
key = keys.get_signing_key_from_jwt(result["id_token"])
claims = jwt.decode(result["id_token"], key, algorithms=["RS256"], audience=client)
assert claims["preferred_username"] == "ada@contoso.example", claims

# From here on by the account that MSAL keeps.
[account] = app.get_accounts()
assert account["username"] == "ada@contoso.example", account
assert granted(app.acquire_token_silent(SCOPES, account)) == token
renewed = granted(app.acquire_token_silent(SCOPES, account, force_refresh=True))
assert renewed != token and me(renewed) == "ada@contoso.example"
assert app.acquire_token_silent(SCOPES, account)["token_source"] == "cache"

# A code is good once; who comes with it again is told so in Entra's words.
again = application(msal.ConfidentialClientApplication, client_credential=secret)
reused = again.acquire_token_by_auth_code_flow(flow, answer)
assert reused["error"] == "invalid_grant" and 54005 in reused["error_codes"], reused
wrong = application(msal.ConfidentialClientApplication, client_credential="wrong")
refused = wrong.acquire_token_by_refresh_token(ready, SCOPES)
assert refused["error"] == "invalid_client", refused
moved = granted(again.acquire_token_by_refresh_token(ready, SCOPES))
assert me(moved) == "ben@contoso.example"

# The same by a form that the browser posts.
posting = application(msal.ConfidentialClientApplication, client_credential=secret)
flow, answer = sign_in(posting, response_mode="form_post")
assert "response_mode=form_post" in flow["auth_uri"], flow
assert me(granted(posting.acquire_token_by_auth_code_flow(flow, answer))) == "ada@contoso.example"
print("done")
