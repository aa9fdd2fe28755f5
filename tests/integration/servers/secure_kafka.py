"""A broker that asks who is there and allows nothing that it was not told to allow."""

from servers.certificates import Authority
from servers.kafka import Kafka, Listener

_MODULES = "org.apache.kafka.common.security"
_MECHANISMS = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER"
REAUTHENTICATION = 4  # seconds after which the broker asks for the login again


class SecureKafka(Kafka):
    """Apache Kafka with StandardAuthorizer, where only this class' own administration over the
    plain port is above all rights. `users` is {user: password} of PLAIN; `tokens` a TokenServer.
    Its certificates are in FOLDER/certificates, `authority` has signed them all. `addresses` are:

    LOGIN      SASL_SSL with PLAIN, SCRAM-SHA-256 and -512, and OAUTHBEARER with signed tokens
    PLAINLOGIN SASL_SSL with PLAIN alone
    UNSIGNED   SASL_PLAINTEXT with OAUTHBEARER that believes unsigned tokens
    MUTUAL     SSL that demands a client certificate
    EXPIRED    SSL whose certificate has expired
    ELSEWHERE  SSL whose certificate is for another host"""

    def __init__(self, folder, users, tokens, name="kafka"):
        self.authority = Authority(folder / "certificates")
        plain = f"{_MODULES}.plain.PlainLoginModule required"
        plain += "".join(f' user_{user}="{password}"' for user, password in users.items()) + ";"
        scram = f"{_MODULES}.scram.ScramLoginModule required;"
        bearer = f"{_MODULES}.oauthbearer.OAuthBearerLoginModule required"
        again = {
            f"{each.lower()}.connections.max.reauth.ms": str(REAUTHENTICATION * 1000)
            for each in _MECHANISMS.split(",")
        }
        good = self._store("good")
        listeners = {
            "LOGIN": Listener("SASL_SSL", {
                **good, **again,
                "sasl.enabled.mechanisms": _MECHANISMS,
                "plain.sasl.jaas.config": plain,
                "scram-sha-256.sasl.jaas.config": scram,
                "scram-sha-512.sasl.jaas.config": scram,
                "oauthbearer.sasl.jaas.config": bearer + ";",
                "oauthbearer.sasl.server.callback.handler.class":
                    f"{_MODULES}.oauthbearer.OAuthBearerValidatorCallbackHandler",
                "sasl.oauthbearer.jwks.endpoint.url": tokens.jwks.as_uri(),
                "sasl.oauthbearer.expected.audience": "kafka",
            }),
            "PLAINLOGIN": Listener("SASL_SSL", {
                **good,
                "sasl.enabled.mechanisms": "PLAIN",
                "plain.sasl.jaas.config": plain,
            }),
            "UNSIGNED": Listener("SASL_PLAINTEXT", {
                "sasl.enabled.mechanisms": "OAUTHBEARER",
                "oauthbearer.sasl.jaas.config": bearer + ' unsecuredLoginStringClaim_sub="weir";',
                "oauthbearer.connections.max.reauth.ms": str(REAUTHENTICATION * 1000),
            }),
            "MUTUAL": Listener("SSL", {
                **good,
                "ssl.client.auth": "required",
                "ssl.truststore.type": "PEM",
                "ssl.truststore.location": str(self.authority.certificate),
            }),
            "EXPIRED": Listener("SSL", self._store("expired", expired=True)),
            "ELSEWHERE": Listener("SSL", self._store("elsewhere", hosts="DNS:elsewhere.invalid")),
        }  # fmt: skip
        properties = {
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "num.network.threads": "1",  # for each listener
        }
        allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={tokens.jwks.as_uri()}"
        super().__init__(folder, properties, name=name, listeners=listeners, java=[allowed])

    def _store(self, name, **settings):
        store = self.authority.key_store(name, **settings)
        return {"ssl.keystore.type": "PEM", "ssl.keystore.location": str(store)}
