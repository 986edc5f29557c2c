#!/usr/bin/env bash
# virtual_audio.sh - a private PulseAudio server with two virtual devices, for tests
# without sound hardware. No system files are touched; several can run side by side.
#
#   eval "$(virtual_audio.sh start [NAME])"    start (or re-use) and export the environment
#   virtual_audio.sh env    [NAME]             print the export lines again
#   virtual_audio.sh status [NAME]             0 when up and answering; prints the devices
#   virtual_audio.sh stop   [NAME]             stop by pid, remove the directory
#   virtual_audio.sh run    [NAME] -- CMD...   start, run CMD in that environment, stop
#   virtual_audio.sh crash  [NAME]             kill the server and leave everything as it lies; `start` revives it
#   virtual_audio.sh list                      every instance under $VA_BASE
#   virtual_audio.sh unplug|replug speaker|mic [NAME]   pull / put back a device while streaming
#   virtual_audio.sh say    FILE.wav [NAME]    play a file into the microphone (blocks till done)
#   virtual_audio.sh hear   FILE.wav SECS [NAME]  record what the speaker really played
#   virtual_audio.sh suspend|resume speaker|mic [NAME]  the device stops and starts, without a word to its clients
#   virtual_audio.sh echo   on|off MS GAIN [NAME] loop speaker -> mic (MS delay; GAIN 0..1)
#
#   sink 'speaker': what the client plays; 'speaker.monitor' is what was really heard.
#   sink 'mic':     tests play speech into it; 'mic.monitor' is the client's default source.
#
# Settings (environment): VA_RATE (48000; 24000 makes a 24 kHz client bit-exact),
#   VA_CHANNELS (1), VA_FORMAT (s16le), VA_RESAMPLER (speex-float-5), VA_BASE (virtual-audio-UID in TMPDIR),
#   VA_DEVICES (both|speaker|mic|none).
set -u
VA_BASE=${VA_BASE:-${TMPDIR:-/tmp}/virtual-audio-$UID}
VA_RATE=${VA_RATE:-48000}; VA_CHANNELS=${VA_CHANNELS:-1}; VA_FORMAT=${VA_FORMAT:-s16le}
VA_RESAMPLER=${VA_RESAMPLER:-speex-float-5}; VA_DEVICES=${VA_DEVICES:-both}

die() { echo "virtual_audio: $*" >&2; exit 1; }
setup() { # NAME -> paths
  NAME=${1:-default}
  [[ $NAME =~ ^[A-Za-z0-9_.-]{1,32}$ ]] || die "bad instance name '$NAME'"
  DIR=$VA_BASE/$NAME; RUN=$DIR/run; SOCK=$RUN/pulse/native; PIDF=$DIR/pid
  [ ${#SOCK} -lt 100 ] || die "socket path too long (sun_path is 108): $SOCK"
}
penv() { # run a client command inside the instance
  env -u DISPLAY -u PULSE_SINK -u PULSE_SOURCE XDG_RUNTIME_DIR="$RUN" XDG_CONFIG_HOME="$DIR/config" \
    PULSE_SERVER="unix:$SOCK" PULSE_CLIENTCONFIG="$DIR/client.conf" \
    ALSA_CONFIG_PATH="$DIR/asound.conf" "$@"
}
pid_ours() { # the recorded pid is alive and is our pulseaudio
  [ -s "$PIDF" ] || return 1
  local p; p=$(cat "$PIDF")
  [ -r "/proc/$p/cmdline" ] && tr '\0' ' ' <"/proc/$p/cmdline" | grep -q -- "log-target=file:$DIR/pulse.log" && PID=$p
}
answering() { penv timeout 3 pactl info >/dev/null 2>&1; }
exports() {
  cat <<E
export VA_NAME='$NAME' VA_DIR='$DIR'
export XDG_RUNTIME_DIR='$RUN'
export PULSE_SERVER='unix:$SOCK'
export PULSE_CLIENTCONFIG='$DIR/client.conf'
export ALSA_CONFIG_PATH='$DIR/asound.conf'
unset PULSE_SINK PULSE_SOURCE
E
}
load_sink() { # speaker|mic
  penv pactl list short sinks | cut -f2 | grep -qx "$1" && return 0
  penv pactl load-module module-null-sink sink_name="$1" format="$VA_FORMAT" rate="$VA_RATE" \
    channels="$VA_CHANNELS" ${VA_NULL_ARGS-norewinds=1} sink_properties="device.description=virtual-$1" >/dev/null
}
unload_sink() {
  local i; i=$(penv pactl list short modules | awk -v s="sink_name=$1" '$2=="module-null-sink" && index($0,s){print $1}')
  [ -n "$i" ] && for m in $i; do penv pactl unload-module "$m"; done
}
have() { penv pactl list short "$1" | cut -f2 | grep -x "$2" >/dev/null; }
is_default() { penv pactl info | grep -x "Default $1: $2" >/dev/null; }
make_default() { # Sink|Source NAME: without it a client would listen to its own voice
  for _ in 1 2 3 4 5; do
    penv pactl "set-default-${1,,}" "$2"; is_default "$1" "$2" && return 0
    sleep 0.05
  done
  die "'$2' does not become the default ${1,,}"
}
defaults() {
  have sinks speaker && make_default Sink speaker
  have sources mic.monitor && make_default Source mic.monitor
  for s in speaker mic; do penv pactl set-sink-volume $s 100% 2>/dev/null; done; true
}
save_settings() { printf 'VA_RATE=%q\nVA_CHANNELS=%q\nVA_FORMAT=%q\n' "$VA_RATE" "$VA_CHANNELS" "$VA_FORMAT" >"$DIR/settings"; }
load_settings() { [ -r "$DIR/settings" ] && . "$DIR/settings"; true; }

start() {
  mkdir -p "$DIR"; chmod 700 "$DIR"
  exec 9>"$DIR/lock"; flock -w 20 9 || die "another start of '$NAME' is hanging"
  if pid_ours && answering; then exec 9>&-; exports; return 0; fi
  pid_ours && { kill "$PID" 2>/dev/null; sleep 0.3; }
  rm -rf "$RUN" "$DIR/state"; mkdir -p "$RUN" "$DIR/config/pulse" "$DIR/state"; chmod 700 "$RUN"
  cat >"$DIR/client.conf" <<E
autospawn = no
auto-connect-localhost = no
auto-connect-display = no
E
  cat >"$DIR/config/pulse/daemon.conf" <<E
resample-method = $VA_RESAMPLER
default-sample-format = $VA_FORMAT
default-sample-rate = $VA_RATE
alternate-sample-rate = $VA_RATE
default-sample-channels = $VA_CHANNELS
flat-volumes = no
realtime-scheduling = no
high-priority = no
exit-idle-time = -1
E
  # Only 'default' and 'pulse' exist: PortAudio lists exactly these two, and no ALSA noise on stderr.
  cat >"$DIR/asound.conf" <<E
pcm.pulse { type pulse; server "unix:$SOCK"; hint { show on description "PulseAudio" } }
ctl.pulse { type pulse; server "unix:$SOCK" }
pcm.!default { type pulse; server "unix:$SOCK"; hint { show on description "Default (PulseAudio)" } }
ctl.!default { type pulse; server "unix:$SOCK" }
defaults.pcm.card 0
defaults.ctl.card 0
defaults.pcm.device 0
E
  : >"$DIR/pulse.log"
  # fd 9 (the lock) and stdout must not leak into the daemon: $(...) would never return.
  HOME="$DIR" XDG_RUNTIME_DIR="$RUN" XDG_CONFIG_HOME="$DIR/config" PULSE_STATE_PATH="$DIR/state" \
  PULSE_RUNTIME_PATH="$RUN/pulse" PULSE_CONFIG="$DIR/config/pulse/daemon.conf" DBUS_SESSION_BUS_ADDRESS= DISPLAY= \
    setsid pulseaudio -n --daemonize=no --exit-idle-time=-1 --use-pid-file=no --disallow-module-loading=no \
      --realtime=no --high-priority=no --disable-shm=yes --log-target="file:$DIR/pulse.log" --log-level=info \
      --load="module-native-protocol-unix auth-anonymous=1 socket=$SOCK" \
      </dev/null >"$DIR/stdout.log" 2>&1 9>&- &
  echo $! >"$PIDF"
  for _ in $(seq 100); do answering && break; kill -0 "$(cat "$PIDF")" 2>/dev/null || break; sleep 0.05; done
  answering || { cat "$DIR/stdout.log" "$DIR/pulse.log" >&2; die "pulseaudio did not come up"; }
  case $VA_DEVICES in both) load_sink speaker && load_sink mic;; speaker|mic) load_sink "$VA_DEVICES";; none) ;; esac \
    || die "could not load the null sinks"
  save_settings; defaults; exec 9>&-; exports
}
stop() { # -9 at once: a polite end takes 1.5 to 6 s, and the directory goes anyway
  pid_ours && crash
  rm -rf "$DIR"
}
crash() {
  pid_ours || die "'$NAME' is not running"
  kill -9 "$PID"
  for _ in $(seq 200); do pid_ours || return 0; sleep 0.01; done # a zombie has no command line: it is gone
}
status() {
  pid_ours && answering || { echo "$NAME: down"; return 1; }
  echo "$NAME: up, pid $PID, $(penv pactl info | awk -F': ' '/Default Sink|Default Source|Server Version|Default Sample/{printf "%s=%s; ",$1,$2}')"
  penv pactl list short sinks; penv pactl list short sources
  penv pactl list short sink-inputs | sed 's/^/playing: /'; penv pactl list short source-outputs | sed 's/^/recording: /'
}

cmd=${1:-}; shift || true
case $cmd in
  start)  setup "${1:-default}"; start;;
  stop)   setup "${1:-default}"; stop;;
  env)    setup "${1:-default}"; exports;;
  status) setup "${1:-default}"; status;;
  list)   for d in "$VA_BASE"/*/; do [ -d "$d" ] && { setup "$(basename "$d")"; pid_ours && echo "$NAME up $PID" || echo "$NAME down"; }; done; true;;
  run)    n=default; [ "${1:-}" != -- ] && { n=$1; shift; }; [ "${1:-}" = -- ] && shift
          setup "$n"; start >/dev/null; trap stop EXIT; eval "$(exports)"; "$@"; rc=$?; exit $rc;;
  unplug) setup "${2:-default}"; unload_sink "$1";;
  crash)  setup "${1:-default}"; crash;;
  suspend) setup "${2:-default}"; penv pactl suspend-sink "$1" 1;;
  resume) setup "${2:-default}"; penv pactl suspend-sink "$1" 0;;
  replug) setup "${2:-default}"; load_settings; VA_RATE=${VA_NEW_RATE:-$VA_RATE}; load_sink "$1" && save_settings && defaults;;
  say)    setup "${2:-default}"; penv paplay --device=mic --latency-msec=100 "$1";;
  hear)   setup "${3:-default}"; load_settings
          penv timeout --preserve-status -s INT "$2" parec --device=speaker.monitor --latency-msec=20 --rate="$VA_RATE" --channels=1 --format=s16le --file-format=wav "$1";;
  echo)   setup "${4:-default}"
          for m in $(penv pactl list short modules | awk '$2=="module-loopback"{print $1}'); do penv pactl unload-module "$m"; done
          if [ "$1" = on ]; then
            penv pactl load-module module-loopback source=speaker.monitor sink=mic latency_msec="${2:-80}" adjust_time=0 >/dev/null
            si=$(penv pactl list short sink-inputs | tail -1 | cut -f1); penv pactl set-sink-input-volume "$si" "${3:-0.3}"
          fi;;
  *) sed -n '2,27p' "$0"; exit 2;;
esac
