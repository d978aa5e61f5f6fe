# The whole image: one static binary, run by nobody in particular. It has no shell and no other file.
# The binary is built in a container of the toolchain; Dockerfile.ready takes one that is there.
#
#   docker build --tag mountmon:dev .
#
# Swift is not cross-compiled here. For another machine the toolchain runs on such a machine, or is
# emulated: `docker buildx build --platform linux/arm64 .`
#
# `make image` builds an image of the same binary without an engine and a registry, and the same bytes
# each time: docs/supply-chain.md.
ARG BUILDER=swift:6.3.1-bookworm

FROM ${BUILDER} AS build
# The commit, where .git is not passed.
ARG REVISION
RUN apt-get update && apt-get install --yes --no-install-recommends make
WORKDIR /mountmon
COPY . .
RUN make release ${REVISION:+COMMIT="$REVISION"}

FROM scratch
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mountmon" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /mountmon/out/mountmon /mountmon
USER 65534:65534
ENTRYPOINT ["/mountmon"]
CMD ["sidecar"]
