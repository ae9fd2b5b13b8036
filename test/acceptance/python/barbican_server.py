"""A Barbican of Debian's on SQLite. Who asks is said by headers (its own middleware for tests): X-Project-Id, X-Roles."""
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

folder, port = sys.argv[1], int(sys.argv[2])
os.makedirs(folder, exist_ok=True)
conf = os.path.join(folder, 'barbican.conf')
paste = os.path.join(folder, 'paste.ini')
with open(conf, 'w') as file:
    file.write(f"""[DEFAULT]
sql_connection = sqlite:///{folder}/barbican.sqlite
db_auto_create = True
host_href = http://127.0.0.1:{port}
[simple_crypto_plugin]
kek = dGhpcnR5X3R3b19ieXRlX2tleWJsYWhibGFoYmxhaGg=
""")
with open(paste, 'w') as file:
    file.write("""[composite:main]
use = egg:Paste#urlmap
/v1: barbican_api
[pipeline:barbican_api]
pipeline = unauthenticated-context apiapp
[app:apiapp]
paste.app_factory = barbican.api.app:create_main_app
[filter:unauthenticated-context]
paste.filter_factory = barbican.api.middleware.context:UnauthenticatedContextMiddleware.factory
""")

from barbican.common import config  # noqa: E402
from paste.deploy import loadapp  # noqa: E402

config.CONF(['--config-file', conf], project='barbican')
app = loadapp('config:' + paste, name='main')


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


make_server('127.0.0.1', port, app, handler_class=Quiet).serve_forever()
