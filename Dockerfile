# The studio in a container, with and without an NVIDIA GPU. Two commands, in a clone:
#
#   docker build -t gal-studio .
#   docker run --rm -it --init --gpus all -p 127.0.0.1:7860:7860 -v gal-studio:/data gal-studio
#
# Without a GPU leave `--gpus all` out, and build with the smaller wheels of torch for the CPU:
# `--build-arg TORCH_INDEX=ADDRESS`, with the address that pytorch.org names for pip and CPU. See docs/servers.md.

FROM python:3.12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/gal-studio
ARG TORCH_INDEX=""
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch>=2.14" "torchvision>=0.29"
COPY pyproject.toml README.md LICENSE ./
COPY assets assets
COPY gal_studio gal_studio
RUN pip install --no-cache-dir .

# An ordinary user; with `--user "$(id -u):$(id -g)"` and a folder of yours in place of the volume, it is you.
RUN useradd --create-home --uid 1000 studio && install -d -o studio -g studio -m 700 /data
USER studio
ENV HOME=/data HF_HOME=/data/models GAL_STUDIO_AUTH=token \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility PYTHONUNBUFFERED=1
WORKDIR /data
VOLUME /data
EXPOSE 7860

HEALTHCHECK --interval=30s --timeout=10s --start-period=90s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/sign-in', timeout=8)"]
ENTRYPOINT ["gal-studio", "--workspace", "/data/workspace"]
CMD ["--host", "0.0.0.0", "--no-browser"]
