# One image for every service: `teplosvet api`, `teplosvet ingest`, `teplosvet jobs`, `teplosvet migrate`.

FROM python:3.11-slim-bookworm AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/teplosvet UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv>=0.8,<1"
WORKDIR /build
# The dependencies are a layer of their own, which a change of our code leaves alone.
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project
COPY analytics analytics
COPY dashboards dashboards
COPY gateway gateway
COPY ingest_service ingest_service
COPY simulators simulators
COPY teplosvet teplosvet
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin teplosvet
COPY --from=build /opt/teplosvet /opt/teplosvet
ENV PATH=/opt/teplosvet/bin:$PATH PYTHONUNBUFFERED=1 TEPLOSVET_HOST=0.0.0.0 TEPLOSVET_PORT=8080
USER teplosvet
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["teplosvet"]
CMD ["api"]
