"""Lists of the registry, the readings, the events and the quarantine."""

from teplosvet.access.principal import Role
from teplosvet.api.listing import Listing
from teplosvet.domain.quantities import DeviceClass, columns_of

_READINGS = "One row an instant, a field a quantity, null where nothing was said; registers are raw register values."

LISTINGS = (
    Listing(
        "sites",
        "api_site",
        "Sites",
        "Sites with buildings that you may see.",
        fields="site! title! buildings!",
        keys="site",
        one=True,
    ),
    Listing(
        "buildings",
        "api_building",
        "Buildings",
        "Buildings with the number of their devices and their newest reading.",
        fields="building! site! title! address! zone! latitude longitude floor_area_m2 weather devices!"
        " last_reading_at",
        keys="building",
        filters="site",
        one=True,
    ),
    Listing(
        "entrances",
        "api_entrance",
        "Entrances",
        "Entrances of buildings.",
        fields="building! entrance!",
        keys="building entrance",
        filters="building",
    ),
    Listing(
        "devices",
        "api_device",
        "Devices",
        "Devices with their present place; one that was never installed has no building.",
        fields="device! device_class! publisher! model! serial building entrance floor"
        " installed_at removed_at measured_at",
        keys="device",
        filters="building entrance device_class publisher serial",
        one=True,
    ),
    Listing(
        "installations",
        "api_installation",
        "Installations",
        "Every instrument that was ever installed, with its registers at start and end.",
        fields="device! installed_at! removed_at serial! building! entrance floor start_registers! closing_registers!",
        keys="device installed_at",
        filters="device building serial",
        time="installed_at",
    ),
    Listing(
        "readings/latest",
        "api_latest",
        "Latest readings",
        "The newest reading of each device.",
        fields="device! device_class! building entrance floor measured_at! received_at! quantities!",
        keys="device",
        filters="device building device_class",
        time="measured_at",
    ),
    *(
        Listing(
            f"readings/{each}",
            f"api_reading_{each}",
            f"Readings of {each} devices",
            _READINGS,
            fields="device! measured_at! received_at! archive! serial " + " ".join(q.value for q in columns_of(each)),
            keys="device measured_at",
            filters="device!",
            time="measured_at",
        )
        for each in DeviceClass
    ),
    Listing(
        "readings/other",
        "api_reading_other",
        "Readings of other quantities",
        "Quantities that the class of their device has no field for.",
        fields="device! quantity! measured_at! received_at! archive! value!",
        keys="device quantity measured_at",
        filters="device! quantity",
        time="measured_at",
    ),
    Listing(
        "events",
        "api_event",
        "Events",
        "What gateways and devices told besides readings, the newest first; docs/gateway.md has a sentence for each.",
        fields="happened_at! device! event! building data!",
        keys="happened_at device event",
        newest_first=True,
        filters="device event building",
        time="happened_at",
    ),
    Listing(
        "quarantine",
        "api_quarantine_reason",
        "Quarantine by reason",
        "What was refused and is not replayed, by reason.",
        fields="reason! messages! times! last_at! example!",
        keys="reason",
        platform=True,
    ),
    Listing(
        "quarantine/messages",
        "api_quarantine",
        "Refused messages",
        "Refused messages, the newest first.",
        fields="message_id! first_at! last_at! times! topic! publisher! reason! detail! device replayed_at"
        " payload_bytes!",
        keys="message_id",
        newest_first=True,
        filters="reason device publisher",
        time="last_at",
        platform=True,
    ),
    Listing(
        "unbound",
        "api_unbound",
        "Heard and not registered",
        "Who publishes in another maker's format and is bound to no device.",
        fields="adapter! identity! first_at! last_at! times! topic! message!",
        keys="adapter identity",
        filters="adapter",
        roles=(Role.INSTALLER,),
    ),
)
