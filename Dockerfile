# docker build -t policylapse .
# docker run --rm --init --read-only --tmpfs /tmp -v policylapse:/data -e POLICYLAPSE_CONTACT=you@example.org policylapse crawl --site example.com
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/policylapse
COPY requirements.lock ./
COPY . .
RUN /opt/policylapse/bin/pip install --no-cache-dir --constraint requirements.lock .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="policylapse" org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/policylapse /opt/policylapse
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin policylapse \
    && install -d -o 10001 -g 10001 /data
USER 10001
WORKDIR /data
VOLUME /data
ENV PATH=/opt/policylapse/bin:$PATH POLICYLAPSE_DB=/data/policies.db POLICYLAPSE_STATE=/data/state PYTHONUNBUFFERED=1
STOPSIGNAL SIGTERM
ENTRYPOINT ["policylapse"]
CMD ["--help"]
