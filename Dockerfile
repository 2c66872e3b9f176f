# syntax=docker/dockerfile:1
# The shop's image: `docker build --target runtime .`; `--target sandbox` adds what `ecommerce sandbox` needs.
ARG PYTHON=python:3.11.14-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/tools && python -m venv --without-pip /opt/venv

# Dependencies change less often than code: a layer of their own. Hashes are checked, nothing is compiled.
COPY requirements-prod.lock ./
RUN /opt/tools/bin/pip --python /opt/venv/bin/python install --require-hashes --no-deps --only-binary=:all: \
      -r requirements-prod.lock

# What builds the wheel stays in this stage.
COPY requirements.lock ./
RUN awk '/^[^ ]/ { wanted = /^(hatchling|packaging|pathspec|pluggy|tomlkit|trove-classifiers)==/ } wanted' \
      requirements.lock > build.lock \
 && /opt/tools/bin/pip install --require-hashes --no-deps --only-binary=:all: -r build.lock
COPY pyproject.toml README.md ./
COPY src ./src
RUN /opt/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/tools/bin/pip --python /opt/venv/bin/python install --no-deps --no-index dist/*.whl \
 && /opt/venv/bin/python -m compileall -q /opt/venv/lib

# The sandbox's mail server beside the rest, for development.
FROM build AS build-sandbox
RUN awk '/^[^ ]/ { wanted = /^(aiosmtpd|atpublic|attrs)==/ } wanted' requirements.lock > sandbox.lock \
 && /opt/tools/bin/pip --python /opt/venv/bin/python install --require-hashes --no-deps --only-binary=:all: \
      -r sandbox.lock

FROM ${PYTHON} AS base
RUN python -m pip uninstall --yes pip setuptools wheel \
 && useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin shop \
 && install --directory --owner=shop --group=shop /data
WORKDIR /app
COPY alembic.ini ./
COPY migrations ./migrations
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ECOMMERCE_DATA_DIR=/data
# Nothing is written but /data (pictures) and /tmp (metrics of several processes): the rest may be read-only.
VOLUME /data
USER 10001:10001
ENTRYPOINT ["ecommerce"]

FROM base AS sandbox
COPY --from=build-sandbox /opt/venv /opt/venv
EXPOSE 8001
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["python", "-ISc", "import http.client; c = http.client.HTTPConnection('127.0.0.1', 8001, timeout=2); c.request('GET', '/_control/state'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["sandbox"]

# The last stage is what is built without `--target`.
FROM base AS runtime
COPY --from=build /opt/venv /opt/venv
EXPOSE 8000
# Only the shop's own name is answered, so that is the Host asked for.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-ISc", "import http.client, os, urllib.parse; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=2); c.request('GET', '/healthz', headers={'Host': urllib.parse.urlsplit(os.environ['ECOMMERCE_BASE_URL']).netloc}); raise SystemExit(c.getresponse().status != 200)"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--workers", "2"]
