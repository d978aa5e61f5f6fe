# The whole image: one static binary, run by nobody in particular. `make image` builds it.
FROM scratch
COPY mountmon /mountmon
USER 65534:65534
ENTRYPOINT ["/mountmon"]
CMD ["sidecar"]
