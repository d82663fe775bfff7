// @azure/msal-node against the stand-in for Entra ID. Usage: msal_node.cjs SANDBOX.JSON, with NODE_EXTRA_CA_CERTS naming
// the sandbox's ca.pem. Signs in at the consent page as a browser would.
const { ConfidentialClientApplication, CryptoProvider, PublicClientApplication, InteractionRequiredAuthError } = require('@azure/msal-node');
const { Checks, described } = require('./support.cjs');

const sandbox = described();
const { tls_root: root, users: [ada] } = sandbox.microsoft;
const { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, public_client_id: publicId } = sandbox.oauth;
const scopes = ['Calendars.ReadWrite', 'User.Read'];
const check = new Checks();
// Our authority is none of Microsoft's: it is known because we say so.
const options = (more) => ({ auth: { clientId, authority: `${root}common`, knownAuthorities: [new URL(root).host], ...more } });

// Where a browser is sent, once somebody has signed in and allowed it.
async function allow(url) {
  const page = await fetch(url);
  const proof = /name=proof value="([^"]+)"/.exec(await page.text())[1];
  const cookie = page.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const form = new URLSearchParams({ proof, email: ada.email, password: ada.password, decision: 'allow' });
  const sent = await fetch(url, { method: 'POST', body: form, headers: { cookie }, redirect: 'manual' });
  return new URL(sent.headers.get('location')).searchParams;
}

const me = async (token) => (await (await fetch(`${root}v1.0/me`, { headers: { Authorization: `Bearer ${token}` } })).json()).mail;

async function flow(app, redirect) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const url = await app.getAuthCodeUrl({ scopes, redirectUri: redirect, codeChallenge: challenge, codeChallengeMethod: 'S256', state: 's-1', prompt: 'select_account' });
  const back = await allow(url);
  check.same('state', back.get('state'), 's-1');
  const request = { scopes, redirectUri: redirect, code: back.get('code'), codeVerifier: verifier };
  return { request, result: await app.acquireTokenByCode(request) };
}

async function confidential() {
  const app = new ConfidentialClientApplication(options({ clientSecret }));
  const { request, result } = await flow(app, redirectUri);
  check.same('account', result.account.username, ada.email);
  check.that('token', result.accessToken && result.tokenType === 'Bearer' && result.expiresOn > new Date(Date.now() + 3_000_000), result.expiresOn);
  check.that('scopes', scopes.every((scope) => result.scopes.includes(scope)), result.scopes);
  check.same('claims', [result.idTokenClaims.aud, result.idTokenClaims.preferred_username], [clientId, ada.email]);
  check.same('works', await me(result.accessToken), ada.email);
  const [account] = await app.getTokenCache().getAllAccounts();
  const kept = await app.acquireTokenSilent({ scopes, account });
  check.same('from the cache', [kept.fromCache, kept.accessToken], [true, result.accessToken]);
  const renewed = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
  check.that('refreshed', !renewed.fromCache && renewed.accessToken !== result.accessToken, renewed.fromCache);
  check.same('the new one works', await me(renewed.accessToken), ada.email);
  try {
    await new ConfidentialClientApplication(options({ clientSecret })).acquireTokenByCode(request);
    check.that('a code is good once', false, 'accepted');
  } catch (error) {
    check.that('a code is good once', error.errorCode === 'invalid_grant' && error instanceof InteractionRequiredAuthError | /54005/.test(error.message), error.message);
  }
  try {
    await flow(new ConfidentialClientApplication(options({ clientSecret: 'wrong' })), redirectUri);
    check.that('a wrong secret', false, 'accepted');
  } catch (error) {
    check.same('a wrong secret', error.errorCode, 'invalid_client');
  }
}

async function onThisMachine() {
  const app = new PublicClientApplication(options({ clientId: publicId }));
  const { result } = await flow(app, 'http://localhost:34567');
  check.same('a program without a secret', await me(result.accessToken), ada.email);
  const renewed = await app.acquireTokenSilent({ scopes, account: result.account, forceRefresh: true });
  check.same('its new token', await me(renewed.accessToken), ada.email);
}

check.run(confidential, onThisMachine);
