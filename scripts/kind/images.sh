# shellcheck shell=bash
# The two images of the rehearsal, and how they come into the cluster without a registry. Sourced, in
# place of lib.sh, which it brings along.
#
#   mountmon_image   the sidecar: IMAGE, as the engine has it, or what `make image` wrote (ARCHIVE), by
#                    the name that it has there
#   main_image       the application beside it, which needs a shell and `rm`: MAIN_IMAGE, or one that
#                    is made here of a static busybox, or busybox as the engine has or fetches it

# shellcheck source=scripts/kind/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
mountmon_image=${IMAGE:-mountmon:dev}
main_image=${MAIN_IMAGE:-}
made_here=mountmon-rehearsal-main:busybox
case $(uname -m) in
  aarch64 | arm64) archive=arm64 ;;
  *) archive=amd64 ;;
esac
archive=${ARCHIVE:-$root/out/image/mountmon-linux-$archive.docker.tar}

has_image() { "$DOCKER" image inspect "$1" >/dev/null 2>&1; }

# load_from_engine IMAGE: kind asks docker for an image by itself; with podman it has to be told.
load_from_engine() {
  if [ "${KIND_EXPERIMENTAL_PROVIDER:-}" != podman ]; then
    "$KIND" load docker-image "$1" --name "$cluster" || cannot_load "$1"
    return
  fi
  local file=$folder/image.tar
  rm -f "$file"
  "$DOCKER" save --output "$file" "$1" || cannot_load "$1"
  "$KIND" load image-archive "$file" --name "$cluster" || cannot_load "$1"
  rm -f "$file"
}
cannot_load() { die 1 "kind did not take the image $1: see above; is the engine's disk full?"; }

# Podman calls an image without a registry `localhost/…`; the cluster then knows it by that name.
name_in_cluster() {
  if [ "${KIND_EXPERIMENTAL_PROVIDER:-}" = podman ]; then
    "$DOCKER" image inspect --format '{{index .RepoTags 0}}' "$1"
  else
    echo "$1"
  fi
}

# As `make image IMAGE=…` called it. The names are plain: no quote and no backslash is in them.
name_in_archive() {
  tar -xOf "$archive" manifest.json 2>/dev/null |
    sed -nE 's/.*"RepoTags": *\[ *"([^"\\]+)".*/\1/p' | grep -m 1 .
}

# The file is of the last `make image`, also where no engine took it.
load_mountmon() {
  if [ -z "${IMAGE:-}" ] && [ -s "$archive" ]; then
    say "loading $archive into $cluster"
    mountmon_image=$(name_in_archive) ||
      die 1 "$archive names no image; make it anew: make image"
    "$KIND" load image-archive "$archive" --name "$cluster" || cannot_load "$archive"
  elif has_image "$mountmon_image"; then
    say "loading $mountmon_image into $cluster"
    load_from_engine "$mountmon_image"
    mountmon_image=$(name_in_cluster "$mountmon_image")
  elif [ -z "${IMAGE:-}" ]; then
    die 1 "there is no $archive, and the engine has no image $mountmon_image; first: make image"
  else
    die 1 "the container engine has no image $mountmon_image; fetch it, or leave IMAGE out"
  fi
}

load_main() {
  if [ -z "$main_image" ]; then
    if has_image "$made_here" || make_main; then main_image=$made_here; else main_image=busybox; fi
  fi
  if ! has_image "$main_image"; then
    say "fetching $main_image"
    "$DOCKER" pull --quiet "$main_image" >/dev/null ||
      die 1 "no image for the application: install busybox-static, or fetch an image that has sh and" \
        "rm, and name it: MAIN_IMAGE=…"
  fi
  say "loading $main_image into $cluster"
  load_from_engine "$main_image"
  main_image=$(name_in_cluster "$main_image")
}

# A static busybox of this machine becomes an image: nothing is fetched. Fails where there is none.
# Called in a condition, where a command that fails does not end the script: each is asked.
make_main() {
  local busybox tree code=0
  busybox=$(command -v "${BUSYBOX:-busybox}") || return 1
  # What ldd can read needs libraries, which the image would not have.
  command -v ldd >/dev/null && ! ldd "$busybox" >/dev/null 2>&1 || return 1
  say "making $made_here of $busybox"
  tree=$(mktemp -d) || die 1 "cannot make a folder in ${TMPDIR:-/tmp}: see above"
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf '$tree'" EXIT
  { fill_tree "$busybox" "$tree" &&
    tar -C "$tree" --numeric-owner --owner=0 --group=0 -cf - . |
    "$DOCKER" import --change 'ENV PATH=/bin' - "$made_here" >/dev/null; } || code=1
  rm -rf "$tree"
  trap - EXIT
  [ $code = 0 ] || die 1 "could not make the image $made_here of $busybox; or name one: MAIN_IMAGE=…"
}

# fill_tree BUSYBOX FOLDER: the files of that image.
fill_tree() {
  local applets applet
  mkdir "$2/bin" "$2/tmp" && chmod 755 "$2" && chmod 1777 "$2/tmp" &&
    cp -L "$1" "$2/bin/busybox" && applets=$("$1" --list) && [ -n "$applets" ] || return 1
  for applet in $applets; do
    [ "$applet" = busybox ] || ln -s busybox "$2/bin/$applet" || return 1
  done
  # What umask took away: another user runs them.
  chmod 755 "$2/bin" "$2/bin/busybox"
}

load_images() {
  need_docker
  mkdir -p "$folder"
  load_mountmon
  load_main
}
