"""M-Bus meters: a model is a table of records (EN 13757); `gateway.mbus` takes the telegrams apart."""
