"""What a client says: one frozen type per event, one module a family; `read.read_request` tells them apart."""
