# Sourced by tests that start ranks where many share a few cores: those of Open MPI give a core up while they wait, as our
# threads do; root has to say that it means it; nothing is fetched.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
export OMP_WAIT_POLICY=passive HF_HUB_OFFLINE=1
