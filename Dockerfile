# syntax=docker/dockerfile:1
# Build: a virtual environment with the locked packages and bots itself.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/bots
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bots ./bots
RUN /opt/bots/bin/pip install --constraint requirements.lock '.[postgres,uvloop]'
# What is in it, as CycloneDX, for whoever looks for vulnerable packages in images.
RUN python -m venv /opt/sbom \
 && /opt/sbom/bin/pip install cyclonedx-bom==7.5.0 \
 && /opt/sbom/bin/cyclonedx-py environment --output-file /opt/bots/sbom.cdx.json /opt/bots

# Run: no compiler, no root, no sound device. Written is only the state (journal, traces), where a volume is mounted for it.
FROM python:3.11-slim-bookworm
COPY --from=build /opt/bots /opt/bots
# 25 MB: the engine of `say` with `aloud`, and what it needs. Not pinned: Debian keeps only the latest version of a package.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends espeak-ng && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/bots --no-create-home bots \
 && install --directory --owner=bots /srv/bots/state
COPY --chown=root:root playbooks /srv/bots/playbooks
ENV PATH=/opt/bots/bin:$PATH XDG_STATE_HOME=/srv/bots/state PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /srv/bots
ENTRYPOINT ["bots"]
CMD ["--help"]
