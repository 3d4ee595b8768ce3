# Two stages: the first has the network and builds; the second has what runs, no compiler, and no root.

FROM python:3.11.13-slim-bookworm AS build
WORKDIR /app
# A mirror of the package registry, if there is one: docker build --build-arg PIP_INDEX_URL=...
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1 PYTHONUTF8=1
COPY requirements requirements
COPY scripts/environment.py scripts/
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY kb_service kb_service
COPY ingestion ingestion
COPY model_build model_build
COPY eval eval
RUN python scripts/environment.py base
RUN .venv/bin/python -m model_build.building --out models/multilingual-e5-small \
    && rm -rf wheels var .venv/bin/uv .venv/bin/uvx

FROM python:3.11.13-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin kb
WORKDIR /app
COPY --from=build /app /app
COPY corpus corpus
COPY prompts prompts
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONUTF8=1 PYTHONDONTWRITEBYTECODE=1 HOME=/data \
    KB_DATA_DIR=/data KB_HOST=0.0.0.0 KB_PORT=8000 KB_EMBEDDING_MODEL=/app/models/multilingual-e5-small
USER kb
VOLUME /data
EXPOSE 8000
# As Ctrl-C: requests in flight are finished and the index is closed.
STOPSIGNAL SIGINT
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['KB_PORT'] + '/healthz', timeout=4)"]
CMD ["kb", "serve"]
