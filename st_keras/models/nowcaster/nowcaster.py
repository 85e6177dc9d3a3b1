"""proto"""
import keras, numpy as np
from keras import ops
import tensorflow as tf
from st_keras.layers.advection.advection_paths import AdvectionPaths
from st_keras.layers.advection.band_autoregression import BandAutoregression
from st_keras.layers.advection.steady_motion import SteadyMotion
from st_keras.models.nowcaster.exceedance import Exceedance
from st_keras.models.nowcaster.lagrangian_frames import LagrangianFrames
from st_keras.models.nowcaster.rain_scale import rain_scale
from st_keras.models.nowcaster.lead_knots import KNOTS
from st_keras.ops.gaussian_blur import masked_blur

THRESHOLDS = (0.1, 0.25, 0.5, 1.0, 2.0, 3.5, 5.0, 10.0)

class Nowcaster(keras.Model):
    def __init__(self, residual=None, thresholds=THRESHOLDS, **kw):
        super().__init__(autocast=False, **kw)
        self.thresholds=thresholds
        self.motion=SteadyMotion(name="motion"); self.paths=AdvectionPaths(name="paths")
        self.frames=LagrangianFrames(name="frames"); self.scales=BandAutoregression(name="scales")
        self.residual=residual
        z=np.log10(thresholds)+1
        self.exceedance=Exceedance(z, learned=residual is not None, name="exceedance")
        if residual is not None:
            self.head=keras.layers.Conv2D(len(KNOTS)*len(thresholds),1,dtype="float32",kernel_initializer="zeros",name="head")
    def logits(self, context, horizon, leads=None):
        z=context[...,0]; valid=ops.cast(~ops.isnan(z),"float32")
        z=rain_scale(ops.where(ops.isnan(z),0.0,z))
        z=ops.transpose(z,(0,2,3,1)); valid=ops.transpose(valid,(0,2,3,1))
        steps=max(horizon,12)
        motion=self.motion(z,valid)
        paths=self.paths(motion,steps=steps)
        L,M=self.frames(z,valid,paths)
        L,M,motion=(ops.stop_gradient(x) for x in (L,M,motion))
        ar=self.scales(L[...,:3],M[...,:3],steps=steps)
        mean,sd=(ops.stop_gradient(ar[k]) for k in ("mean","sd"))
        if self.residual is not None:
            at=lambda m,l: m[:,l-1][...,None]
            dv=ops.pad(0.5*(motion[:,2:,:,0]-motion[:,:-2,:,0]),((0,0),(1,1),(0,0)))+ops.pad(0.5*(motion[:,:,2:,1]-motion[:,:,:-2,1]),((0,0),(0,0),(1,1)))
            speed=ops.sqrt(ops.sum(ops.square(motion),-1)+1e-6)/3
            maps=ops.concatenate([L,M,speed[...,None],4*dv[...,None],at(mean,3),at(mean,6),at(mean,12),at(sd,6)],-1)
            f=self.residual(maps)
            res=self.head(ops.concatenate([ops.cast(f,"float32"),L[...,:1],ops.stop_gradient(ar["bands"])],-1))
        else: res=None
        tex=(L[...,:1]-masked_blur(L[...,:1],M[...,:1],2.0))
        if leads is None:
            mean,sd,paths=mean[:,:horizon],sd[:,:horizon],paths[:,:horizon]
        else:
            mean,sd,paths=(ops.take(x,leads-1,axis=1) for x in (mean,sd,paths))
        return self.exceedance(mean,sd,res,paths,valid[...,-1:],tex,leads=leads,steps=horizon)
