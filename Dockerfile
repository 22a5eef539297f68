# A small image with the server and nothing else: no shell, no root.
#   docker build -t roomful .
#   docker run -d -p 4000:4000 -v roomful:/data --stop-timeout 30 roomful
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN cargo build --release --locked -p roomful --bin roomful && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/roomful /roomful
# A new volume takes over whose directory this is.
COPY --from=build --chown=nonroot:nonroot /data /data
# The container's own addresses: which of them others reach is up to whoever runs it.
ENV ROOMFUL_LISTEN=0.0.0.0:4000 \
    ROOMFUL_ADMIN=127.0.0.1:4001 \
    ROOMFUL_DATA=/data \
    ROOMFUL_LOG_FORMAT=json
EXPOSE 4000
VOLUME /data
USER nonroot
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/roomful", "health"]
ENTRYPOINT ["/roomful"]
