"""The corpus of secrets: what must never leave the process, and what looks like it and must stay.

All of it is made up. Keys are put together from pieces, so that no scanner of repositories takes them for
real ones.

Use it end to end: feed each ``carrier`` to the place that ``where`` names, collect everything that leaves
(exports, stores, logs, messages, pages), and assert that ``secret`` is in none of it.
"""

from __future__ import annotations

from typing import NamedTuple


class Secret(NamedTuple):
    """A secret in the text that carries it.

    Attributes:
        name: What kind of secret it is; unique.
        where: ``text``, ``attribute``, ``query``, ``url``, ``sql``, ``header``, ``log`` or ``exception``.
        carrier: The text that it is in; the value, for an attribute or a header.
        secret: The part that must vanish.
        key: The name of the attribute or header; empty elsewhere.
    """

    name: str
    where: str
    carrier: str
    secret: str
    key: str = ""


class Harmless(NamedTuple):
    """A text that looks like a secret and is none.

    Attributes:
        name: What it is; unique.
        where: As in :class:`Secret`.
        carrier: The text that must come through unchanged.
        key: The name of the attribute or header; empty elsewhere.
    """

    name: str
    where: str
    carrier: str
    key: str = ""


_HEX32 = "9f86d081884c7d659a2feaa0c55ad015"
_LETTERS36 = "Zk3vTq8LmN2xRb7WcY5dHf4JgS9pAe6UoE1i"
PASSWORD = "hunter2-Tr0ub4dor"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiIsIm5hbWUiOiJBbm4ifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
AWS_KEY_ID = "AKIA" + "Q7X5ZT2LMNB4RVWE"
AWS_SECRET = "wJalrXUtn" + "FEMI/K7MDENG/bPxRfiCYq8mExAmPlE"
GITHUB = "ghp" + "_" + _LETTERS36
GITHUB_FINE = "github" + "_pat_11ABCDEFG0" + _LETTERS36
GITLAB = "glpat" + "-x7Kq2mVbN8pLrT4wYz9s"
SLACK_BOT = "xoxb" + "-263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1"
STRIPE = "sk" + "_live_4eC39HqLyjWDarjtT1zdp7dc"
OPENAI = "sk" + "-proj-T3BlbkFJ8qWx2ZrYvN5mLk7dPtQs"
ANTHROPIC = "sk" + "-ant-api03-R2D2c3poBB8kyloRenAhsoka77"
TWILIO = "SK" + _HEX32
SENDGRID = "SG" + ".ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr"
NPM = "npm" + "_" + _LETTERS36
PYPI = "pypi" + "-AgEIcHlwaS5vcmcCJDk4ZTI1MmQ5LTQ2ZDItNDk"
GOOGLE = "AIza" + "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"
GOOGLE_OAUTH = "ya29" + ".a0AfH6SMBx7vQ2LpKd9TzR4wNcE8yJ"
HUGGING_FACE = "hf" + "_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
CARD = "4111 1111 1111 1111"
CARD_AMEX = "378282246310005"
CARD_DASHED = "5555-5555-5555-4444"
CARD_DOTTED = "4012.8888.8888.1881"
IBAN = "DE89 3704 0044 0532 0130 00"
IBAN_PLAIN = "GB82WEST12345698765432"
SSN = "536-22-8726"
EMAIL = "ann.smith+shop@example.org"
BASIC = "YW5uOmh1bnRlcjItVHIwdWI0ZG9y"
SLACK_HOOK = "T0B1C2D3E/B4F5G6H7I/" + "x1y2Z3w4V5u6T7s8R9q0P1o2"
DISCORD_HOOK = "104857600012345678/" + "aB3_dE5-gH7iJ9kL1mN3oP5qR7sT9uV1wX3yZ5"
PEM_BODY = "MIIEpAIBAAKCAQEA7vQ2LpKd9TzR4wNcE8yJ0sXb5mH3fGkUoWqZt1aBcDeFgHi"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}\nkQz8\n-----END RSA PRIVATE KEY-----"

_TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/db.py", line 14, in connect
    return psycopg.connect(dsn)
  File "/srv/shop/driver.py", line 88, in connect
    raise OperationalError(message)
{error}"""

SECRETS = [
    # named by a key, in free text
    Secret(
        "password with equals", "text", f"login failed for ann password={PASSWORD} after 3 tries", PASSWORD
    ),
    Secret("password with colon", "text", f"Password: {PASSWORD}", PASSWORD),
    Secret("password in capitals", "text", f"DB_PASSWORD={PASSWORD}", PASSWORD),
    Secret("password in quotes", "text", f"connect(user='ann', password='{PASSWORD} with space')", PASSWORD),
    Secret(
        "password in a repr", "text", f"Settings(host='db', db_password='{PASSWORD}', port=5432)", PASSWORD
    ),
    Secret("password with escaped quote", "text", r'password="ab\"' + PASSWORD + '" next', PASSWORD),
    Secret("password without end quote", "text", f"password='{PASSWORD} and on", PASSWORD),
    Secret("short numeric password", "text", "pwd=83911", "83911"),
    Secret("secret as a bytes literal", "text", f"client_secret=b'{PASSWORD}'", PASSWORD),
    Secret("json", "text", '{"user": "ann", "password": "' + PASSWORD + '", "n": 1}', PASSWORD),
    Secret("json without spaces", "text", '{"accessToken":"' + _HEX32 + '","n":1}', _HEX32),
    Secret("json number", "text", '{"cvv":739,"month":12}', "739"),
    Secret("json list", "text", '{"api_keys": ["' + _HEX32 + '", "b"]}', _HEX32),
    Secret("json inside json", "text", r'{"body": "{\"password\": \"' + PASSWORD + r'\"}"}', PASSWORD),
    Secret("html-escaped json", "text", f"&quot;password&quot;: &quot;{PASSWORD}&quot;", PASSWORD),
    Secret("yaml", "text", f"database:\n  user: ann\n  passwd: {PASSWORD}\n  port: 5432", PASSWORD),
    Secret("xml element", "text", f"<user>ann</user><password>{PASSWORD}</password>", PASSWORD),
    Secret(
        "environment dump",
        "text",
        f"environ({{'HOME': '/root', 'AWS_SECRET_ACCESS_KEY': '{AWS_SECRET}'}})",
        AWS_SECRET,
    ),
    Secret("subscript assignment", "text", f'os.environ["API_KEY"] = "{_HEX32}"', _HEX32),
    Secret("command line flag", "text", f"running: backup --user ann --password {PASSWORD} --all", PASSWORD),
    Secret("command line flag with equals", "text", f"tool --api-key={_HEX32} run", _HEX32),
    Secret("curl with user", "text", f"curl -u ann:{PASSWORD} https://api.example.org/", PASSWORD),
    Secret(
        "curl with header",
        "text",
        f"curl -H 'Authorization: Bearer {_HEX32}' https://api.example.org/",
        _HEX32,
    ),
    Secret("cookie line", "text", f"Cookie: theme=dark; sessionid={_HEX32}; lang=de", _HEX32),
    Secret("set-cookie line", "text", f"Set-Cookie: sid={_HEX32}; Path=/; HttpOnly", _HEX32),
    Secret(
        "digest authorization", "text", f'Authorization: Digest username="ann", response="{_HEX32}"', _HEX32
    ),
    Secret("asgi header pairs", "text", f"headers=[(b'host', b'x'), (b'cookie', b'a={_HEX32}')]", _HEX32),
    Secret("header dict", "text", f"{{'X-Api-Key': '{_HEX32}', 'Accept': '*/*'}}", _HEX32),
    Secret("csrf field", "text", f"csrfmiddlewaretoken={_HEX32}&next=/", _HEX32),
    Secret("token in words", "text", f"got token: {_HEX32}", _HEX32),
    Secret("api key in words", "text", f"the API key: {_HEX32} was refused", _HEX32),
    Secret("percent-encoded pair", "text", f"redirect to /cb%3Ftoken%3D{_HEX32}", _HEX32),
    Secret("full width letters", "text", f"ｐａｓｓｗｏｒｄ＝{PASSWORD}", PASSWORD),  # noqa: RUF001 - the disguise
    Secret("zero width characters", "text", f"pass\u200bword={PASSWORD}", PASSWORD),
    Secret("private key named", "text", f'private_key="{PEM}"', PEM_BODY),
    # known by their shape
    Secret("json web token", "text", f"claims of {JWT} expired", JWT[-30:]),
    Secret("bearer", "text", f"sent Bearer {_HEX32} upstream", _HEX32),
    Secret("basic", "text", f"sent Basic {BASIC} upstream", BASIC),
    Secret("aws key id", "text", f"signed with {AWS_KEY_ID}.", AWS_KEY_ID),
    Secret("github token", "text", f"cloning with {GITHUB}", GITHUB),
    Secret("github fine-grained token", "text", f"cloning with {GITHUB_FINE}", GITHUB_FINE),
    Secret("gitlab token", "text", f"cloning with {GITLAB}", GITLAB),
    Secret("slack bot token", "text", f"posting as {SLACK_BOT}", SLACK_BOT),
    Secret("slack webhook", "text", f"POST https://hooks.slack.com/services/{SLACK_HOOK} 404", SLACK_HOOK),
    Secret("discord webhook", "text", f"POST https://discord.com/api/webhooks/{DISCORD_HOOK}", DISCORD_HOOK),
    Secret("stripe key", "text", f"charging with {STRIPE}", STRIPE),
    Secret("openai key", "text", f"Incorrect API key provided {OPENAI}", OPENAI),
    Secret("anthropic key", "text", f"x-api-key was {ANTHROPIC}", ANTHROPIC),
    Secret("twilio key", "text", f"dialling with {TWILIO}", TWILIO),
    Secret("sendgrid key", "text", f"mailing with {SENDGRID}", SENDGRID),
    Secret("npm token", "text", f"//registry/:_authToken {NPM}", NPM),
    Secret("pypi token", "text", f"uploading with {PYPI}", PYPI),
    Secret("google key", "text", f"maps key {GOOGLE}", GOOGLE),
    Secret("google oauth token", "text", f"calendar with {GOOGLE_OAUTH}", GOOGLE_OAUTH),
    Secret("hugging face token", "text", f"pulling with {HUGGING_FACE}", HUGGING_FACE),
    Secret("pem private key", "text", f"loaded {PEM} from disk", PEM_BODY),
    Secret("pem private key cut off", "text", PEM[: PEM.index("kQz8")], PEM_BODY),
    Secret("card in groups", "text", f"paid with {CARD} today", CARD),
    Secret("card without groups", "text", f"paid with {CARD_AMEX} today", CARD_AMEX),
    Secret("card with dashes", "text", f"paid with {CARD_DASHED}", CARD_DASHED),
    Secret("card with dots", "text", f"paid with {CARD_DOTTED}.", CARD_DOTTED),
    Secret("card after another number", "text", f"order 12 {CARD} 09 27", CARD),
    Secret("iban in groups", "text", f"refund to {IBAN} please", IBAN),
    Secret("iban without groups", "text", f"refund to {IBAN_PLAIN}", IBAN_PLAIN),
    Secret("social security number", "text", f"applicant {SSN} accepted", SSN),
    Secret("e-mail", "text", f"mail to <{EMAIL}> bounced", EMAIL),
    Secret(
        "e-mail, percent-encoded", "text", "unsubscribe ann.smith%40example.org", "ann.smith%40example.org"
    ),
    # in connection strings
    Secret(
        "postgres url", "text", f"cannot reach postgresql+asyncpg://ann:{PASSWORD}@db:5432/shop", PASSWORD
    ),
    Secret("redis url without user", "text", f"redis://:{PASSWORD}@cache:6379/0 timed out", PASSWORD),
    Secret("amqp url", "text", f"amqp://guest:{PASSWORD}@mq/%2f", PASSWORD),
    Secret(
        "mongodb url with hosts",
        "text",
        f"mongodb+srv://ann:{PASSWORD}@a.example.org,b.example.org/x",
        PASSWORD,
    ),
    Secret("password with at sign in url", "text", "mysql://ann:p@ss@w0rd9x@db/shop", "p@ss@w0rd9x"),
    Secret("password with slash in url", "text", "mysql://ann:pa/ssw0rd9x@db/shop", "ssw0rd9x"),
    Secret("keyword dsn", "text", f"host=db user=ann password={PASSWORD} dbname=shop", PASSWORD),
    Secret("odbc dsn", "text", f"Driver=ODBC;Server=db;Uid=ann;Pwd={PASSWORD};Encrypt=yes", PASSWORD),
    Secret(
        "azure storage", "text", f"AccountName=shop;AccountKey={_LETTERS36}==;EndpointSuffix=x", _LETTERS36
    ),
    Secret("go dsn", "text", f"ann:{PASSWORD}@tcp(db:3306)/shop", PASSWORD),
    Secret("sentry dsn", "text", f"https://{_HEX32}@o4505.ingest.sentry.io/42", _HEX32),
    Secret("token as user of url", "text", f"remote: https://{GITHUB}@github.com/a/b.git", GITHUB),
    # attributes
    Secret("attribute by name", "attribute", PASSWORD, PASSWORD, "app.db_password"),
    Secret("attribute in camel case", "attribute", _HEX32, _HEX32, "app.userApiKey"),
    Secret("attribute with a session", "attribute", _HEX32, _HEX32, "app.session_id"),
    Secret("attribute with a card number", "attribute", "42", "42", "credit_card"),
    Secret("attribute with a value", "attribute", f"for {EMAIL}", EMAIL, "app.note"),
    Secret("attribute with a user's mail", "attribute", "ann at example", "ann at example", "user.email"),
    Secret("attribute with a user id", "attribute", "user-1047", "user-1047", "user.id"),
    Secret("attribute with an end user", "attribute", "user-1047", "user-1047", "enduser.id"),
    Secret(
        "attribute with a query parameter", "attribute", PASSWORD, PASSWORD, "db.query.parameter.password"
    ),
    # queries and URLs
    Secret("query token", "query", f"page=2&token={_HEX32}&sort=asc", _HEX32),
    Secret("query with encoded name", "query", f"api%5Fkey={_HEX32}", _HEX32),
    Secret("query with encoded value", "query", "to=ann.smith%40example.org&page=2", "ann.smith"),
    Secret("query with nested url", "query", f"next=%2Fcb%3Faccess_token%3D{_HEX32}%26x%3D1", _HEX32),
    Secret("query encoded twice", "query", f"next=%252Fcb%253Faccess_token%253D{_HEX32}", _HEX32),
    Secret(
        "query of an oauth redirect",
        "query",
        "state=xyz&code=SplxlOBeZQQYbYS6WxSbIA",
        "SplxlOBeZQQYbYS6WxSbIA",
    ),
    Secret("query with signature", "query", f"X-Amz-Signature={_HEX32}&X-Amz-Expires=60", _HEX32),
    Secret("query with a list name", "query", f"user[password]={PASSWORD}", PASSWORD),
    Secret("query of an attribute", "attribute", f"token={_HEX32}", _HEX32, "url.query"),
    Secret("url with user info", "url", f"https://ann:{PASSWORD}@api.example.org/v1?x=1", PASSWORD),
    Secret("url with query", "url", f"https://api.example.org/v1?apikey={_HEX32}&x=1#top", _HEX32),
    Secret("url with fragment", "url", f"https://app.example.org/cb#access_token={_HEX32}&x=1", _HEX32),
    Secret("url with session in path", "url", f"https://example.org/a;jsessionid={_HEX32}?x=1", _HEX32),
    Secret("url with webhook", "url", f"https://hooks.slack.com/services/{SLACK_HOOK}", SLACK_HOOK),
    Secret("url of an attribute", "attribute", f"https://x.example.org/?sig={_HEX32}", _HEX32, "url.full"),
    # SQL
    Secret("sql string", "sql", "SELECT * FROM users WHERE name = 'Ann O''Hara'", "Hara"),
    Secret("sql number", "sql", "SELECT * FROM cards WHERE no = 4111111111111111", "4111111111111111"),
    Secret(
        "sql values",
        "sql",
        f"INSERT INTO users (name, hash) VALUES ('ann', '{_HEX32}'), ('bob', 'x')",
        _HEX32,
    ),
    Secret("sql in double quotes", "sql", f'SELECT * FROM users WHERE token = "{_HEX32}"', _HEX32),
    Secret("sql dollar quotes", "sql", f"ALTER ROLE ann PASSWORD $pw${PASSWORD}$pw$", PASSWORD),
    Secret("sql line comment", "sql", f"SELECT 1 -- for {EMAIL}\nFROM t", EMAIL),
    Secret("sql block comment", "sql", f"SELECT /* {EMAIL} */ 1 FROM t", EMAIL),
    Secret("sql escape string", "sql", "SELECT * FROM t WHERE a = E'it\\'s Ann' AND b = 'c'", "Ann"),
    Secret("sql backslash, read two ways", "sql", r"SELECT * FROM t WHERE a = 'C:\' AND b = 'Ann'", "Ann"),
    Secret("sql cut off", "sql", f"UPDATE users SET hash = '{_HEX32}", _HEX32),
    Secret("redis auth", "sql", f"AUTH ann {PASSWORD}", PASSWORD),
    Secret("sql of an attribute", "attribute", f"SELECT 1 WHERE t = '{_HEX32}'", _HEX32, "db.query.text"),
    # headers
    Secret("authorization header", "header", f"Bearer {_HEX32}", _HEX32, "Authorization"),
    Secret("cookie header", "header", f'sid={_HEX32}; q="a b"', _HEX32, "cookie"),
    Secret("set-cookie header", "header", f"sid={_HEX32}; Path=/", _HEX32, "Set-Cookie"),
    Secret("api key header", "header", _HEX32, _HEX32, "X-API-Key"),
    Secret("csrf header", "header", _HEX32, _HEX32, "x-csrf-token"),
    Secret("amazon token header", "header", _LETTERS36, _LETTERS36, "X-Amz-Security-Token"),
    Secret("referer header", "header", f"https://x.example.org/reset?token={_HEX32}", _HEX32, "Referer"),
    # log bodies
    Secret("log of a form", "log", f"form: {{'user': 'ann', 'password': '{PASSWORD}'}}", PASSWORD),
    Secret(
        "log of a request line", "log", f'10.0.0.7:1234 - "GET /reset?token={_HEX32} HTTP/1.1" 200', _HEX32
    ),
    Secret("log of a connection", "log", f"connecting to postgres://ann:{PASSWORD}@db/shop", PASSWORD),
    Secret("log of a token", "log", f"refreshed {JWT}", JWT[-30:]),
    # exceptions
    Secret(
        "exception with a quoted word",
        "exception",
        f"ValueError: password '{PASSWORD}' is too weak",
        PASSWORD,
    ),
    Secret(
        "exception message",
        "exception",
        f"LoginError: refused as password={PASSWORD}",
        PASSWORD,
    ),
    Secret(
        "traceback",
        "exception",
        _TRACEBACK.format(error=f"OperationalError: password={PASSWORD} refused"),
        PASSWORD,
    ),
    Secret(
        "traceback with url",
        "exception",
        _TRACEBACK.format(error=f"Error: amqp://a:{PASSWORD}@mq is gone"),
        PASSWORD,
    ),
    Secret(
        "traceback with source",
        "exception",
        f'  File "a.py", line 3, in f\n    token = "{_HEX32}"\nKeyError: 1',
        _HEX32,
    ),
    Secret(
        "validation error",
        "exception",
        f"1 error: [type=str, input_value={{'password': '{PASSWORD}'}}]",
        PASSWORD,
    ),
    # in the messages of libraries
    Secret(
        "sqlalchemy parameters",
        "exception",
        f"IntegrityError: failed\n[SQL: INSERT INTO u VALUES (?, ?)]\n[parameters: ('ann', '{PASSWORD}')]",
        PASSWORD,
    ),
    Secret(
        "postgres key detail",
        "exception",
        "duplicate key value\nDETAIL:  Key (phone)=(+49 30 901820) already exists.",
        "901820",
    ),
    Secret(
        "postgres row detail",
        "exception",
        "null value in column\nDETAIL:  Failing row contains (7, Ann Smith, null, 1984-01-02).",
        "Ann Smith",
    ),
    Secret(
        "mysql duplicate",
        "exception",
        "(1062, \"Duplicate entry 'ann-smith' for key 'users.name'\")",
        "ann-smith",
    ),
    Secret(
        "pydantic field",
        "exception",
        f"1 error in Form\npassword\n  Too short [type=too_short, input_value='{PASSWORD}', input_type=str]",
        PASSWORD,
    ),
    Secret("requests auth", "exception", f"get(url, auth=HTTPBasicAuth('ann', '{PASSWORD}'))", PASSWORD),
    Secret(
        "requests auth pair", "text", f"options: {{'auth': ('ann', '{PASSWORD}'), 'timeout': 3}}", PASSWORD
    ),
    Secret("pass alone", "text", f"user=ann pass={PASSWORD}", PASSWORD),
    Secret("pin in json", "text", '{"card": 3, "pin": "7391"}', "7391"),
    Secret(
        "signature in a url",
        "text",
        f"GET https://x.blob.example.net/c?sv=2020&sig={_LETTERS36}%3D",
        _LETTERS36,
    ),
    Secret("oracle url", "text", f"jdbc:oracle:thin:ann/{PASSWORD}@db:1521/shop", PASSWORD),
    Secret(
        "telegram bot token",
        "text",
        "bot 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1 up",
        "AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    ),
]
"""What must never leave."""

HARMLESS = [
    Harmless("token count", "attribute", "1532", "app.token_count"),
    Harmless("tokens", "attribute", "1532", "tokens"),
    Harmless("tokens of a model", "attribute", "1532", "gen_ai.usage.input_tokens"),
    Harmless("maximum of tokens", "attribute", "4096", "max_tokens"),
    Harmless("token type", "attribute", "Bearer", "token_type"),
    Harmless("primary key", "attribute", "orders_pkey", "db.primary_key"),
    Harmless("foreign key", "attribute", "orders.user_id", "foreign_key"),
    Harmless("public key id", "attribute", "key-7", "public_key_id"),
    Harmless("cache key", "attribute", "orders:42", "cache.key"),
    Harmless("author", "attribute", "Ann", "author"),
    Harmless("authority", "attribute", "example.org", "http.authority"),
    Harmless("auth method", "attribute", "oauth2", "auth_method"),
    Harmless("session of the convention", "attribute", "f3b1c9", "session.id"),
    Harmless("session count", "attribute", "12", "session_count"),
    Harmless("password reset page", "attribute", "/forgot", "password_reset_url"),
    Harmless("password policy", "attribute", "strict", "password_policy"),
    Harmless("has password", "attribute", "yes", "has_password"),
    Harmless("secret name", "attribute", "db-main", "secret_name"),
    Harmless("cookie domain", "attribute", "example.org", "cookie_domain"),
    Harmless("tokenizer", "attribute", "wordpiece", "tokenizer"),
    Harmless("secretary", "attribute", "Bob", "secretary"),
    Harmless("monkey", "attribute", "Bubbles", "monkey"),
    Harmless("function name", "attribute", "shop.auth.check_password", "code.function.name"),
    Harmless("route", "attribute", "/password/reset/{token}", "http.route"),
    Harmless("trace id", "text", "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7"),
    Harmless("uuid", "text", "order 41111111-1111-4111-8111-111111111111 paid"),
    Harmless("timestamps", "text", "from 2024-05-02 10:11:12.345 to 1714644672345678901"),
    Harmless("long number without check digit", "text", "offset 4111111111111112 reached"),
    Harmless("fraction", "text", "score=0.4539578763621486"),
    Harmless("phone number", "text", "call +49 30 901820 now"),
    Harmless("version with at sign", "text", "installed react@18.2.0 and @types/node@20.1.1"),
    Harmless("image for dense screens", "text", "GET /static/logo@2x.png 200"),
    Harmless("git remote", "text", "origin git@github.com:shop/shop.git (fetch)"),
    Harmless("git over ssh", "text", "fetching ssh://git@github.com/shop/shop.git"),
    Harmless("handle in a url", "text", "see https://medium.com/@ann/post and https://example.org:8443/@bob"),
    Harmless("parser error", "text", "Unexpected token: } in JSON at position 12"),
    Harmless("form error", "text", "password: field required; token: is missing"),
    Harmless("masked already", "text", "password=*** token=[redacted] secret=<hidden>"),
    Harmless("format placeholders", "text", "password=%s token={token} secret=${SECRET}"),
    Harmless("nothing set", "text", "password=None, token=null, secret=''"),
    Harmless("annotations", "text", "def login(user: str, password: str, token: str | None) -> bool:"),
    Harmless("source line", "text", "    password = get_password()\n    token = self.token"),
    Harmless("keyword argument", "text", "connect(host=host, password=password)"),
    Harmless("basic prose", "text", "Basic authentication failed, bearer authentication is next"),
    Harmless("author line", "text", "Author: Ann Smith, Key: Value, Monkey: Bubbles"),
    Harmless("pass and fail", "text", "tests: 12 pass: 11 fail: 1"),
    Harmless("pins of a board", "text", "gpio pin: 13 and pin=7 set"),
    Harmless("shapes of a design", "text", "design=a signal=b assign: c"),
    Harmless("working directory", "text", "PWD=/srv/shop HOME=/root"),
    Harmless("task id", "text", "task-4f2a91c0d3e5b7a8f6c1 started on disk-0123456789abcdef0123"),
    Harmless("card with a letter", "text", "part 4111-1111-1111-111A in stock"),
    Harmless("not an iban", "text", "build DE12345678901234567890AB done"),
    Harmless("not a social security number", "text", "range 000-12-3456 or 2024-05-0217"),
    Harmless("public pem", "text", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"),
    Harmless("publishable key", "text", "using pk" + "_live_4eC39HqLyjWDarjtT1zdp7dc"),
    Harmless("german words", "text", "Schlüssel für die Größe geändert: 5"),
    Harmless("query", "query", "page=2&sort=asc&q=%C3%A9t%C3%A9&token_type=jwt&code=DE"),
    Harmless("query with plus", "query", "q=red+shoes&size=42;44"),
    Harmless("url", "url", "https://shop.example.org:8443/items/42;v=1?page=2#reviews"),
    Harmless("relative url", "url", "/items/42?page=2"),
    Harmless(
        "sql with placeholders", "sql", "SELECT u.id, u.name FROM users AS u WHERE u.token = $1 AND x = :x"
    ),
    Harmless(
        "sql with quoted names",
        "sql",
        'SELECT "users"."id", "users"."password" FROM "users" WHERE "users"."id" = %s',
    ),
    Harmless("sql with numbered names", "sql", "SELECT a1, b_2 FROM orders_2024 WHERE c3 IS NOT NULL"),
    Harmless("sql with casts", "sql", "SELECT a::text, data->>? FROM t WHERE b = ANY(%s)"),
    Harmless("accept header", "header", "text/html;q=0.9", "Accept"),
    Harmless("request id header", "header", "4bf92f3577b34da6", "X-Request-ID"),
    Harmless(
        "traceparent header",
        "header",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "traceparent",
    ),
    Harmless(
        "user agent", "header", "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101", "User-Agent"
    ),
    Harmless("access log", "log", '10.0.0.7:51234 - "GET /items/42?page=2 HTTP/1.1" 200'),
    Harmless("start-up line", "log", "Uvicorn running on http://127.0.0.1:8000 (Press CTRL+C to quit)"),
]
"""What must come through unchanged."""
